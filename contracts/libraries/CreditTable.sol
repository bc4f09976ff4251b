// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement, Mode} from "../interfaces/AgreementTypes.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms, PackedTier, TermsCodec} from "./TermsCodec.sol";

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

    /// @notice Revert unless `counts` are possible counts of a period.
    /// @param length Seconds of the period
    /// @param full Seconds of the period if nothing had made it shorter
    function check(PackedTerms t, uint256 length, uint256 full, Measurement[] calldata counts) internal pure {
        uint256 count = t.indicatorCount();
        if (counts.length != count) revert MeasurementCountDiffers(counts.length, count);
        for (uint256 i; i < count; ++i) {
            (uint256 mode, uint256 instances, uint256 excludedCap) = t.countingOf(i);
            (uint256 total, uint256 bad, uint256 excluded) = _numbers(counts[i]);
            unchecked {
                // 64 bits each, and 32 bits of instances
                uint256 wrong = bad;
                if (mode != uint256(Mode.Count)) {
                    uint256 filled = total;
                    if (mode == uint256(Mode.Denominator)) filled += excluded;
                    else wrong += excluded;
                    if (filled != instances * length) revert TotalDiffers(i, filled, instances * length);
                }
                if (wrong > total) revert BadAboveTotal(i, wrong, total);
                if (excluded == 0) continue;
                uint256 cap = excludedCap * length / full;
                if (excluded > cap) revert ExcludedAboveCap(i, excluded, cap);
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
        if (credit == 0) return 0;
        unchecked {
            // 96 and 40 bits
            for (uint256 r; r < rules; ++r) {
                (,, uint256 leastShare) = t.chronicOf(r);
                if (credit * PPB >= fee * leastShare) bits |= 1 << r;
            }
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
        return ceilDiv(amount * share, PPB); // checked: creation asks it of terms that no limit bounds yet
    }

    /// @notice What one tier gives for `bad` of `total` units, which is not 0: `numerator / denominator` of the fee, 0
    /// when it does not trigger. Bounds: threshold, per, total and bad 64 bits, credit 40; so numerator < 2^134 and
    /// denominator < 2^94.
    /// @param isRatio The test is on the good share; otherwise on the bad units
    /// @param isInclusive The test holds at the threshold itself
    function tierCredit(
        bool isRatio,
        bool isInclusive,
        bool isProportional,
        uint256 threshold,
        uint256 credit,
        uint256 per,
        uint256 total,
        uint256 bad
    ) internal pure returns (uint256 numerator, uint256 denominator) {
        unchecked {
            uint256 past;
            if (isRatio) {
                uint256 limit = threshold * total;
                uint256 good = (total - bad) * PPB;
                if (good > limit) return (0, 1);
                past = limit - good;
                per *= total;
            } else {
                if (bad < threshold) return (0, 1);
                past = bad - threshold;
            }
            if (past == 0 && !isInclusive) return (0, 1);

            if (isProportional) return (credit * bad, total * PPB);
            if (per == 0) return (credit, PPB);
            return (steps(past, per, isInclusive) * credit, PPB);
        }
    }

    /// @notice How many steps lie `past` a threshold: started ones, or inclusive of the threshold itself. `step` is not 0.
    function steps(uint256 past, uint256 step, bool isInclusive) internal pure returns (uint256) {
        unchecked {
            return isInclusive ? past / step + 1 : ceilDiv(past, step); // past is far below 2^256
        }
    }

    /// @notice `a / b` rounded up; `b` is not 0.
    function ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return a == 0 ? 0 : (a - 1) / b + 1;
        }
    }

    /// @dev The sum or the greatest of all objectives' credits on `fee`, at most the cap.
    function _combinedUp(PackedTerms t, Measurement[] calldata counts, uint256 fee) private pure returns (uint256 credit) {
        uint256 offset = t.objectivesAt();
        bool isSum = t.isSum();
        unchecked {
            // at most 255 sums of 230 bits, and as many offsets
            for (uint256 left = t.objectiveCount(); left != 0; --left) {
                (uint256 indicator, uint256 tiers) = t.objectiveAt(offset);
                offset += TermsCodec.OBJECTIVE;
                uint256 money = _objectiveUp(t, offset, tiers, counts[indicator], fee);
                offset += tiers * TermsCodec.TIER;
                if (isSum) credit += money;
                else if (money > credit) credit = money;
            }
        }
        if (credit == 0) return 0;
        credit = Ledger.min(credit, capUp(t, fee));
    }

    /// @dev The greatest of the `tiers` tiers at `offset`, as money. Bounds: numerators 134 bits, denominators 94, fee 96.
    function _objectiveUp(PackedTerms t, uint256 offset, uint256 tiers, Measurement calldata m, uint256 fee)
        private
        pure
        returns (uint256)
    {
        (uint256 total, uint256 bad,) = _numbers(m);
        // No tier triggers when nothing was bad, and nothing was when nothing was measured.
        if (bad == 0) return 0;
        unchecked {
            uint256 greatest;
            uint256 of_ = 1;
            for (; tiers != 0; --tiers) {
                (uint256 numerator, uint256 denominator) = _tierCredit(t.tierIn(offset), total, bad);
                if (numerator * of_ > greatest * denominator) (greatest, of_) = (numerator, denominator);
                offset += TermsCodec.TIER;
            }
            return greatest == 0 ? 0 : ceilDiv(fee * greatest, of_);
        }
    }

    function _tierCredit(PackedTier tier, uint256 total, uint256 bad)
        private
        pure
        returns (uint256 numerator, uint256 denominator)
    {
        return tierCredit(
            tier.isRatio(),
            tier.isInclusive(),
            tier.isProportional(),
            tier.threshold(),
            tier.credit(),
            tier.per(),
            total,
            bad
        );
    }

    /// @dev Three numbers of 64 bits, as the decoder would check them one by one for three times the gas.
    function _numbers(Measurement calldata m) private pure returns (uint256 total, uint256 bad, uint256 excluded) {
        assembly ("memory-safe") {
            total := calldataload(m)
            bad := calldataload(add(m, 32))
            excluded := calldataload(add(m, 64))
            if shr(64, or(total, or(bad, excluded))) { revert(0, 0) }
        }
    }
}
