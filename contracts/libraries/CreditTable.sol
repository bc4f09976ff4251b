// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Indicator, Measurement, Mode, Test, Tier} from "../interfaces/AgreementTypes.sol";
import {Calendar} from "./Calendar.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms, TermsCodec} from "./TermsCodec.sol";

/// @title From counts to credit
/// @notice A tier's credit is an exact fraction of the fee, compared and chosen as a fraction; it becomes money once
/// per objective, rounded up, to the client. More bad units never lower a credit.
library CreditTable {
    uint256 internal constant PPB = 1e9;

    /// @notice Thrown when a report does not have one measurement per indicator.
    error MeasurementCountDiffers(uint256 actual, uint256 expected);
    /// @notice Thrown when the counted and excluded seconds do not fill the period.
    error TotalDiffers(uint256 indicator, uint256 actual, uint256 expected);
    /// @notice Thrown when more was bad, or bad and excluded, than there was.
    error BadAboveTotal(uint256 indicator, uint256 actual, uint256 limit);
    /// @notice Thrown when more was excluded than the terms allow.
    error ExcludedAboveCap(uint256 indicator, uint256 actual, uint256 limit);

    /// @notice Revert unless `counts` are possible counts of period `k`.
    function check(PackedTerms t, uint256 k, uint256 end, Measurement[] calldata counts) internal pure {
        if (counts.length != t.indicatorCount()) revert MeasurementCountDiffers(counts.length, t.indicatorCount());
        uint256 length;
        for (uint256 i; i < counts.length; ++i) {
            Indicator memory indicator = t.indicator(i);
            Measurement calldata m = counts[i];
            uint256 bad = m.bad;
            if (indicator.mode != Mode.Count) {
                if (length == 0) length = Calendar.endOf(t, k, end) - Calendar.startOf(t, k);
                uint256 expected = indicator.instances * length;
                uint256 total = m.total;
                if (indicator.mode == Mode.Denominator) total += m.excluded;
                else bad += m.excluded;
                if (total != expected) revert TotalDiffers(i, total, expected);
            }
            if (bad > m.total) revert BadAboveTotal(i, bad, m.total);
            if (m.excluded != 0) {
                uint256 cap = Calendar.scaledCapDown(t, k, end, indicator.excludedCap);
                if (m.excluded > cap) revert ExcludedAboveCap(i, m.excluded, cap);
            }
        }
    }

    /// @notice The credit of `counts` on `fee`, and which chronic rules it counts for.
    /// @param fee The fee of the period
    /// @return credit Money, rounded up per objective, at most the period's cap
    /// @return bits Bit r: measured on a full fee, the credit reaches chronic rule r's least share
    function creditUp(PackedTerms t, Measurement[] calldata counts, uint256 fee)
        internal
        pure
        returns (uint256 credit, uint256 bits)
    {
        credit = _combinedUp(t, counts, fee);
        uint256 rules = t.chronicCount();
        uint256 full = t.fee();
        // A short period's fee may round to nothing, its service was missed all the same.
        if (rules == 0 || (credit == 0 && fee == full)) return (credit, 0);
        bits = chronicBits(t, fee == full ? credit : _combinedUp(t, counts, full), full);
    }

    /// @notice The most credit on `fee`.
    function capUp(PackedTerms t, uint256 fee) internal pure returns (uint256) {
        return shareUp(fee, t.creditCap());
    }

    /// @notice Which chronic rules a `credit` on `fee` counts for.
    function chronicBits(PackedTerms t, uint256 credit, uint256 fee) internal pure returns (uint256 bits) {
        uint256 rules = t.chronicCount();
        for (uint256 r; r < rules; ++r) {
            if (credit * PPB >= fee * t.chronic(r).leastShare && credit != 0) bits |= 1 << r;
        }
    }

    /// @notice What a claim of `credit` against a report of `reported` puts at stake: the fixed pledge, or the agreed
    /// share of the difference if that is more.
    function pledgeUp(PackedTerms t, uint256 credit, uint256 reported) internal pure returns (uint256) {
        uint256 difference = credit > reported ? credit - reported : reported - credit;
        return Ledger.max(t.pledge(), shareUp(difference, t.pledgeShare()));
    }

    /// @notice `share` ppb of `amount`, rounded up.
    function shareUp(uint256 amount, uint256 share) internal pure returns (uint256) {
        return ceilDiv(amount * share, PPB);
    }

    /// @notice What one tier gives for `bad` of `total` units: `numerator / denominator` of the fee, 0 when it does
    /// not trigger. Bounds: numerator < 2^104, denominator < 2^94.
    function tierCredit(Tier memory tier, uint256 total, uint256 bad)
        internal
        pure
        returns (uint256 numerator, uint256 denominator)
    {
        // Nothing was measured, so nothing was missed.
        if (total == 0) return (0, 1);
        bool inclusive = tier.test == Test.AtMost || tier.test == Test.AtLeast;
        uint256 limit;
        uint256 actual;
        uint256 step = tier.per;
        if (tier.test == Test.Below || tier.test == Test.AtMost) {
            limit = tier.threshold * total;
            actual = (total - bad) * PPB;
            if (actual > limit) return (0, 1);
            (limit, actual) = (actual, limit);
            step *= total;
        } else {
            limit = tier.threshold;
            actual = bad;
            if (actual < limit) return (0, 1);
        }
        uint256 past = actual - limit;
        if (past == 0 && !inclusive) return (0, 1);

        if (tier.proportional) return (tier.credit * bad, total * PPB);
        if (step == 0) return (tier.credit, PPB);
        return ((inclusive ? past / step + 1 : ceilDiv(past, step)) * tier.credit, PPB);
    }

    /// @notice `a / b` rounded up; `b` is not 0.
    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }

    /// @dev The sum or the greatest of all objectives' credits on `fee`, at most the cap.
    function _combinedUp(PackedTerms t, Measurement[] calldata counts, uint256 fee) private pure returns (uint256 credit) {
        uint256 offset = t.objectivesAt();
        for (uint256 left = t.objectiveCount(); left != 0; --left) {
            (uint256 indicator, uint256 tiers) = t.objectiveAt(offset);
            offset += TermsCodec.OBJECTIVE;
            uint256 money = _objectiveUp(t, offset, tiers, counts[indicator], fee);
            offset += tiers * TermsCodec.TIER;
            if (t.isSum()) credit += money;
            else if (money > credit) credit = money;
        }
        uint256 cap = capUp(t, fee);
        if (credit > cap) credit = cap;
    }

    /// @dev The greatest of the `tiers` tiers at `offset`, as money.
    function _objectiveUp(PackedTerms t, uint256 offset, uint256 tiers, Measurement calldata m, uint256 fee)
        private
        pure
        returns (uint256)
    {
        // No tier triggers when nothing was bad.
        if (m.bad == 0) return 0;
        uint256 greatest;
        uint256 of_ = 1;
        for (; tiers != 0; --tiers) {
            (uint256 numerator, uint256 denominator) = tierCredit(t.tierAt(offset), m.total, m.bad);
            if (numerator * of_ > greatest * denominator) (greatest, of_) = (numerator, denominator);
            offset += TermsCodec.TIER;
        }
        return ceilDiv(fee * greatest, of_);
    }
}
