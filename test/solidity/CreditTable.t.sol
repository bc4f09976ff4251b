// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement, Objective, Terms, Test, Tier} from "../../contracts/interfaces/AgreementTypes.sol";
import {CreditTable} from "../../contracts/libraries/CreditTable.sol";
import {PackedTerms, TermsCodec} from "../../contracts/libraries/TermsCodec.sol";
import {ArbitraryTerms} from "./ArbitraryTerms.sol";

contract CreditTableTest is ArbitraryTerms {
    function testFuzzMoreBadNeverLowersACredit(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        // High enough that not everything ends at the cap.
        x.creditCap = type(uint40).max;
        Measurement[] memory counts = _arbitraryCounts(t);
        uint256 fee = _pick(1, x.fee);
        (uint256 credit, uint256 bits) = _creditUp(x, counts, fee);
        uint256 i = _pick(0, counts.length - 1);
        counts[i].bad = uint64(_pick(counts[i].bad, counts[i].total));
        (uint256 more, uint256 moreBits) = _creditUp(x, counts, fee);
        assert(more >= credit);
        assert(moreBits & bits == bits);
    }

    function testFuzzOneTierLessNeverRaisesACredit(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        x.creditCap = type(uint40).max;
        Measurement[] memory counts = _arbitraryCounts(t);
        (uint256 credit,) = _creditUp(x, counts, x.fee);
        Tier[] memory tiers = x.objectives[0].tiers;
        if (tiers.length == 1) return; // valid terms have no objective without a tier
        // the first or the last one
        if (_pick(0, 1) == 0) tiers[0] = tiers[tiers.length - 1];
        x.objectives[0].tiers = new Tier[](tiers.length - 1);
        for (uint256 j; j < tiers.length - 1; ++j) {
            x.objectives[0].tiers[j] = tiers[j];
        }
        (uint256 less,) = _creditUp(x, counts, x.fee);
        assert(less <= credit);
    }

    function testFuzzNothingBadIsNoCredit(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        Measurement[] memory counts = _arbitraryCounts(t);
        for (uint256 i; i < counts.length; ++i) {
            counts[i].bad = 0;
        }
        (uint256 credit, uint256 bits) = _creditUp(x, counts, x.fee);
        assert(credit == 0 && bits == 0);
    }

    /// By tier too: the table's shortcut for a perfect period hides nothing.
    function testFuzzNoValidTierTriggersInAPerfectPeriod(uint256 seed) external {
        _arbitraryTerms(seed);
        (uint256 credit,) = _tierCredit(_tier(), _magnitude(), 0);
        assert(credit == 0);
    }

    function testFuzzNoCreditIsAboveItsCap(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        uint256 fee = _pick(1, x.fee);
        (uint256 credit,) = _creditUp(x, _arbitraryCounts(t), fee);
        // Rounded up to the client, by less than one unit.
        assert(credit * PPB < fee * x.creditCap + PPB);
    }

    /// The largest numbers that terms and reports can hold: nothing reverts.
    function testFuzzTheGreatestCountsHaveACredit(uint256 seed) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        Measurement[] memory counts = new Measurement[](x.indicators.length);
        for (uint256 i; i < counts.length; ++i) {
            counts[i] = Measurement(type(uint64).max, type(uint64).max, 0);
        }
        x.fee = 1 << 95;
        x.creditCap = type(uint40).max;
        _creditUp(x, counts, x.fee);
    }

    /// One objective: what the table gives is the greatest that one of its tiers gives.
    function testFuzzATableGivesItsGreatestTier(uint256 seed) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        x.creditCap = type(uint40).max;
        Objective[] memory one = new Objective[](1);
        one[0] = x.objectives[0];
        x.objectives = one;
        Measurement[] memory counts = _arbitraryCounts(TermsCodec.wrap(TermsCodec.encode(x)));
        Measurement memory m = counts[one[0].indicator];
        (uint256 numerator, uint256 denominator) = (0, 1);
        for (uint256 j; j < one[0].tiers.length; ++j) {
            (uint256 its, uint256 of_) = _tierCredit(one[0].tiers[j], m.total, m.bad);
            if (its * denominator > numerator * of_) (numerator, denominator) = (its, of_);
        }
        uint256 fee = _pick(1, x.fee);
        (uint256 credit,) = _creditUp(x, counts, fee);
        uint256 most = CreditTable.shareUp(fee, x.creditCap);
        uint256 greatest = CreditTable.ceilDiv(fee * numerator, denominator);
        assert(credit == (greatest < most ? greatest : most));
    }

    /// The scan is the rule of one tier, written again: they must say the same of every table, the thresholds among it.
    function testFuzzTheScanFindsWhatTheTiersGive(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        Tier[] memory tiers = x.objectives[0].tiers;
        uint256 total = _pick(1, type(uint64).max);
        uint256 bad = _pick(0, 1) == 0 ? _pick(1, total) : _badAtThreshold(tiers[0], total);
        if (bad == 0 || bad > total) return;
        (, uint256 length) = t.objectiveAt(t.objectivesAt());
        uint256 from = t.objectivesAt() + TermsCodec.OBJECTIVE;
        (uint256 greatest, uint256 next) = CreditTable.greatestFlat(t, from, from + length, total, bad);

        uint256 expected;
        for (uint256 j; j < tiers.length; ++j) {
            (uint256 its, uint256 of_) = _tierCredit(tiers[j], total, bad);
            bool isFlat = !tiers[j].proportional && tiers[j].per == 0;
            if (its != 0 && !isFlat) break;
            if (its > expected) expected = its;
            assert(its == 0 || of_ == PPB);
            from += t.tierIn(from).width();
        }
        assert(greatest == expected && next == from);
    }

    /// @dev The bad units at which `tier` is at its threshold, as near as units go, or one more or less.
    function _badAtThreshold(Tier memory tier, uint256 total) private returns (uint256) {
        bool isRatio = tier.test == Test.Below || tier.test == Test.AtMost;
        uint256 exact = isRatio ? total - total * tier.threshold / PPB : tier.threshold;
        return exact == 0 ? 0 : exact + _pick(0, 2) - 1;
    }

    function testFuzzATiersCreditNeverFallsWithMoreBad(uint256 seed) external {
        _arbitraryTerms(seed);
        Tier memory tier = _tier();
        uint256 total = _magnitude();
        uint256 bad = _pick(0, total);
        (uint256 numerator, uint256 denominator) = _tierCredit(tier, total, bad);
        (uint256 more, uint256 of_) = _tierCredit(tier, total, _pick(bad, total));
        assert(more * denominator >= numerator * of_);
    }

    function testFuzzAGreaterFractionOfTheFeeIsNeverLessMoney(uint96 fee, uint88 below, uint88 of_, uint256 seed)
        external
        pure
    {
        if (of_ == 0) return;
        // A fraction and one that is at least as great, over another denominator.
        uint256 denominator = seed % type(uint88).max + 1;
        uint256 least = CreditTable.ceilDiv(uint256(below) * denominator, of_);
        uint256 more = least + (seed >> 128) % 3;
        assert(CreditTable.ceilDiv(fee * uint256(below), of_) <= CreditTable.ceilDiv(fee * more, denominator));
    }

    function testFuzzAQuotientRoundedUpNeverFalls(uint128 a, uint128 more, uint96 b) external pure {
        if (b == 0) return;
        if (a > more) (a, more) = (more, a);
        assert(CreditTable.ceilDiv(a, b) <= CreditTable.ceilDiv(more, b));
    }

    function testFuzzAShareOfAtMostTheWholeIsAtMostTheAmount(uint96 amount, uint40 share) external pure {
        assert(CreditTable.shareUp(amount, share % (PPB + 1)) <= amount);
    }

    function testFuzzStepsAreCountedFromTheThreshold(uint256 seed) external {
        _arbitraryTerms(seed);
        Tier memory tier = _tier();
        uint256 total = _magnitude();
        if (tier.proportional || tier.per == 0 || total == 0) return;
        uint256 bad = _pick(0, total);
        (uint256 numerator,) = _tierCredit(tier, total, bad);
        (int256 past, int256 step) = _pastThreshold(tier, int256(total), int256(bad));
        int256 steps = int256(numerator / tier.credit);
        assert(numerator % tier.credit == 0);
        bool isInclusive = tier.test == Test.AtMost || tier.test == Test.AtLeast;
        if (past < 0 || (past == 0 && !isInclusive)) assert(steps == 0);
        else if (isInclusive) assert((steps - 1) * step <= past && past < steps * step);
        else assert((steps - 1) * step < past && past <= steps * step);
    }

    /// The table asks no tier when nothing was measured.
    function _tierCredit(Tier memory tier, uint256 total, uint256 bad)
        private
        pure
        returns (uint256 numerator, uint256 denominator)
    {
        if (total == 0) return (0, 1);
        return CreditTable.tierCredit(
            tier.test <= Test.AtMost,
            tier.test == Test.AtMost || tier.test == Test.AtLeast,
            tier.proportional,
            tier.threshold,
            tier.credit,
            tier.per,
            total,
            bad
        );
    }

    function creditUp(bytes memory packed, Measurement[] calldata counts, uint256 fee)
        external
        pure
        returns (uint256 credit, uint256 bits)
    {
        return CreditTable.creditUp(TermsCodec.wrap(packed), counts, fee);
    }

    function _creditUp(Terms memory x, Measurement[] memory counts, uint256 fee)
        private
        view
        returns (uint256 credit, uint256 bits)
    {
        return this.creditUp(TermsCodec.encode(x), counts, fee);
    }

    /// @dev How far past its threshold a tier is, and its step, both in the same unit.
    function _pastThreshold(Tier memory tier, int256 total, int256 bad) private pure returns (int256, int256) {
        (int256 threshold, int256 per) = (int256(uint256(tier.threshold)), int256(uint256(tier.per)));
        if (tier.test == Test.MoreThan || tier.test == Test.AtLeast) return (bad - threshold, per);
        return (threshold * total - (total - bad) * int256(PPB), per * total);
    }

    function _arbitraryCounts(PackedTerms t) private returns (Measurement[] memory counts) {
        counts = new Measurement[](t.indicatorCount());
        for (uint256 i; i < counts.length; ++i) {
            uint256 total = _magnitude();
            counts[i] = Measurement(uint64(total), uint64(_pick(0, total)), 0);
        }
    }

    /// @dev Some tickets, the seconds of a month, or anything.
    function _magnitude() private returns (uint256) {
        return _pick(0, [uint256(20), 2_678_400, type(uint64).max][_pick(0, 2)]);
    }
}
