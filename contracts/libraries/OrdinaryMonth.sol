// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement} from "../interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";
import {Calendar} from "./Calendar.sol";
import {PackedTerms} from "./TermsCodec.sol";

/// @title A month like any other, in assembly
/// @notice The report of such a month asks the same dozen questions every time. Here they are asked without a branch and
/// a function each, which costs a third. The rule is what {SLAEscrow}, Settlement and CreditTable say; all that this says
/// no to is theirs, and test/escrow/ordinary-month.test.ts holds both ways equal.
library OrdinaryMonth {
    // Assembly knows no enums: {Mode}s.
    uint256 private constant COUNT = 1;
    uint256 private constant DOWNTIME_ONLY = 2;
    uint256 private constant DENOMINATOR = 3;

    /// @notice Whether the sender may give `counts` now as the first report of `period`, and that makes the period before,
    /// if there is one, final, its fee covered. `hot` is the ordinary first word of the records.
    /// @param before 1 if a period before awaits its end, else 0
    function check(PackedTerms t, uint256 hot, uint256 before, uint256 period, Measurement[] calldata counts)
        internal
        view
        returns (bool)
    {
        // Only the first period can be short: this one, or the one that ends.
        if (period < 2) {
            if (t.start() != t.anchor()) return false;
        }
        (uint256 from, uint256 to) = Calendar.bounds(t, period);
        uint256 head = _head(t);
        unchecked {
            return _wrongCall(t, head, hot, before, period, to) | _wrongCounts(t, head, to - from, counts) == 0;
        }
    }

    /// @notice `emit PeriodFinal(period, credit, earned, due)`.
    function announceFinal(uint256 period, uint256 credit, uint256 earned, uint256 due) internal {
        bytes32 topic = ISLAEscrow.PeriodFinal.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, period)
            mstore(add(data, 0x20), credit)
            mstore(add(data, 0x40), earned)
            mstore(add(data, 0x60), due)
            log1(data, 0x80, topic)
        }
    }

    /// @dev From the anchor to the number of indicators: bytes 195 to 226.
    function _head(PackedTerms t) private pure returns (uint256 head) {
        assembly ("memory-safe") {
            head := mload(add(t, 195))
        }
    }

    /// @dev Not 0: not this sender, this period, now, or M lacks the fee.
    function _wrongCall(PackedTerms t, uint256 head, uint256 hot, uint256 before, uint256 period, uint256 to)
        private
        view
        returns (uint256 wrong)
    {
        assembly ("memory-safe") {
            let due := add(and(shr(192, hot), 0xffffffffff), and(shr(112, head), 0xffffffff))
            wrong := xor(caller(), shr(96, mload(add(t, 40))))
            wrong := or(wrong, gt(due, timestamp()))
            wrong := or(wrong, lt(and(hot, 0xffffffffffffffffffffffff), shr(160, mload(add(t, 100)))))
            wrong := or(wrong, xor(period, add(byte(2, hot), before)))
            wrong := or(wrong, iszero(lt(period, byte(27, head))))
            // A later period that follows on silence is not ordinary.
            wrong := or(wrong, and(sub(before, 1), period))
            // Before `to` the difference is far above any window.
            wrong := or(wrong, iszero(lt(sub(timestamp(), to), and(shr(144, head), 0xffffffff))))
        }
    }

    /// @dev Not 0: these are no counts of a full period of `length` seconds.
    function _wrongCounts(PackedTerms t, uint256 head, uint256 length, Measurement[] calldata counts)
        private
        pure
        returns (uint256 wrong)
    {
        assembly ("memory-safe") {
            let left := byte(31, head)
            wrong := xor(counts.length, left)
            let m := counts.offset
            let indicator := add(t, 229)
            for {} left {
                left := sub(left, 1)
                indicator := add(indicator, 16)
                m := add(m, 96)
            } {
                let word := mload(indicator)
                let mode := byte(3, word)
                let total := calldataload(m)
                let bad := calldataload(add(m, 32))
                let excluded := calldataload(add(m, 64))
                let filled := total
                let unfit := bad
                if excluded {
                    wrong := or(wrong, gt(excluded, and(shr(128, word), 0xffffffffffffffff)))
                    if eq(mode, DENOMINATOR) { filled := add(total, excluded) }
                    if eq(mode, DOWNTIME_ONLY) { unfit := add(bad, excluded) }
                }
                wrong := or(wrong, shr(64, or(total, or(bad, excluded))))
                wrong := or(wrong, gt(unfit, total))
                if xor(mode, COUNT) { wrong := or(wrong, xor(filled, mul(length, and(shr(192, word), 0xffffffff)))) }
            }
        }
    }
}
