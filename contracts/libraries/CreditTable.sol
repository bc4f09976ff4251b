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
    uint256 private constant AT_MOST = 2; // assembly knows no enums: {Test}

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
        credit = combinedUp(t, counts, fee);
        uint256 rules = t.chronicCount();
        uint256 full = t.fee();
        // A short period's fee may round to nothing, its service was missed all the same.
        if (rules == 0 || (credit == 0 && fee == full)) return (credit, 0);
        bits = chronicBits(t, fee == full ? credit : combinedUp(t, counts, full), full);
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

    /// @notice The sum or the greatest of all objectives' credits on `fee`, at most the cap. `counts` must be checked.
    function combinedUp(PackedTerms t, Measurement[] calldata counts, uint256 fee) internal pure returns (uint256 credit) {
        uint256 offset = t.objectivesAt();
        unchecked {
            // at most 255 sums of 230 bits, and as many offsets
            for (uint256 left = t.objectiveCount(); left != 0; --left) {
                (uint256 indicator, uint256 length) = t.objectiveAt(offset);
                uint256 from = offset + TermsCodec.OBJECTIVE;
                offset = from + length;
                (uint256 total, uint256 bad) = _numbersAt(counts, indicator);
                // No tier triggers when nothing was bad, and nothing was when nothing was measured.
                if (bad == 0) continue;
                (uint256 flat, uint256 next) = greatestFlat(t, from, offset, total, bad);
                if (flat | (next ^ offset) == 0) continue; // as in most months
                uint256 money = _objectiveUp(t, flat, next, offset, total, bad, fee);
                if (t.isSum()) credit += money;
                else if (money > credit) credit = money;
            }
        }
        if (credit == 0) return 0;
        credit = Ledger.min(credit, capUp(t, fee));
    }

    /// @dev The greatest of a `flat` credit and the tiers from `offset` to `end`, as money; the first of them triggers and
    /// is not flat. Bounds: numerators 134 bits, denominators 94, fee 96.
    function _objectiveUp(
        PackedTerms t,
        uint256 flat,
        uint256 offset,
        uint256 end,
        uint256 total,
        uint256 bad,
        uint256 fee
    ) private pure returns (uint256) {
        unchecked {
            (uint256 greatest, uint256 of_) = (flat, PPB);
            while (offset != end) {
                PackedTier tier = t.tierIn(offset);
                (uint256 numerator, uint256 denominator) = _tierCredit(tier, total, bad);
                if (numerator * of_ > greatest * denominator) (greatest, of_) = (numerator, denominator);
                offset += tier.width();
                if (offset == end) break;
                (flat, offset) = greatestFlat(t, offset, end, total, bad);
                if (flat * of_ > greatest * PPB) (greatest, of_) = (flat, PPB);
            }
            return ceilDiv(fee * greatest, of_);
        }
    }

    /// @notice The greatest credit, in ppb of the fee, of the flat tiers from `offset` on that trigger; up to the first
    /// tier that triggers and is not flat, or `end`: `next` is where it stopped. There must be a tier at `offset`.
    ///
    /// What it says of a tier is what {tierCredit} says; CreditTable.t.sol holds them equal. In most months it has to find
    /// that no tier triggers, which is a quarter of what a report computes: plain Solidity takes 800 gas more for three.
    function greatestFlat(PackedTerms t, uint256 offset, uint256 end, uint256 total, uint256 bad)
        internal
        pure
        returns (uint256 greatest, uint256 next)
    {
        assembly ("memory-safe") {
            let good := mul(sub(total, bad), PPB)
            end := add(t, end)
            next := add(t, offset)
            for {} 1 {} {
                let tier := mload(next)
                let choice := byte(8, tier)
                // How far past the threshold: up to AtMost the good share below it, then the bad units above it.
                let past := sub(mul(shr(192, tier), total), good)
                if gt(and(choice, 7), AT_MOST) { past := sub(bad, shr(192, tier)) }
                // The odd tests, Below and MoreThan, do not hold at the threshold itself.
                if iszero(slt(past, and(choice, 1))) {
                    if gt(choice, 7) { break } // not flat
                    let credit := and(shr(144, tier), 0xffffffffff)
                    if gt(credit, greatest) { greatest := credit }
                }
                next := add(next, add(14, and(choice, 8))) // its width
                if lt(next, end) { continue }
                break
            }
            next := sub(next, t)
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

    /// @dev What {check} has seen: without its checks and the list's bounds a report costs a hundred gas less.
    function _numbersAt(Measurement[] calldata counts, uint256 i) private pure returns (uint256 total, uint256 bad) {
        assembly ("memory-safe") {
            let m := add(counts.offset, mul(i, 96))
            total := calldataload(m)
            bad := calldataload(add(m, 32))
        }
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
