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
    // Assembly knows no enums: {Mode}s, and the last {Test} on the good share.
    uint256 private constant COUNT = 1;
    uint256 private constant DOWNTIME_ONLY = 2;
    uint256 private constant DENOMINATOR = 3;
    uint256 private constant LAST_RATIO_TEST = 2;

    /// @notice Whether the sender may give `counts` now as the first report of `period`, and that makes the period before
    /// final, its fee covered. `hot` is the ordinary first word of the records.
    /// @return yes Whether all of that holds
    /// @return mayCredit Whether a tier's threshold is reached; if none is, there is no credit
    function check(PackedTerms t, uint256 hot, uint256 period, Measurement[] calldata counts)
        internal
        view
        returns (bool yes, bool mayCredit)
    {
        (uint256 from, uint256 to) = Calendar.bounds(t, period);
        uint256 head = _head(t);
        unchecked {
            if (_wrongCall(t, head, hot, period, to) | _wrongCounts(t, head, to - from, counts) != 0) return (false, false);
        }
        return (true, _reachesTier(t, head, counts));
    }

    /// @notice `emit PeriodFinal(period, Ruling.None, credit, earned, 0, due)`.
    function announceFinal(uint256 period, uint256 credit, uint256 earned, uint256 due) internal {
        bytes32 topic = ISLAEscrow.PeriodFinal.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, 0)
            mstore(add(data, 0x20), credit)
            mstore(add(data, 0x40), earned)
            mstore(add(data, 0x60), 0)
            mstore(add(data, 0x80), due)
            log2(data, 0xa0, topic, period)
        }
    }

    /// @dev From the anchor to the number of indicators: bytes 195 to 226.
    function _head(PackedTerms t) private pure returns (uint256 head) {
        assembly ("memory-safe") {
            head := mload(add(t, 195))
        }
    }

    /// @dev Not 0: not this sender, this period, now, or M lacks the fee. The first period may be short.
    function _wrongCall(PackedTerms t, uint256 head, uint256 hot, uint256 period, uint256 to)
        private
        view
        returns (uint256 wrong)
    {
        assembly ("memory-safe") {
            let last := byte(2, hot)
            let due := add(and(shr(192, hot), 0xffffffffff), and(shr(112, head), 0xffffffff))
            let balance_ := and(hot, 0xffffffffffffffffffffffff)
            wrong := xor(caller(), shr(96, mload(add(t, 40))))
            wrong := or(wrong, gt(due, timestamp()))
            wrong := or(wrong, lt(balance_, shr(160, mload(add(t, 100)))))
            wrong := or(wrong, xor(period, add(last, 1)))
            wrong := or(wrong, iszero(lt(period, byte(27, head))))
            // The start is the anchor, unless the first period is short.
            if iszero(last) { wrong := or(wrong, and(xor(shr(216, head), shr(176, head)), 0xffffffffff)) }
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
            wrong := xor(counts.length, byte(31, head))
            let m := counts.offset
            let indicator := add(t, 229)
            let end := add(indicator, shl(4, byte(31, head)))
            for {} lt(indicator, end) {
                indicator := add(indicator, 16)
                m := add(m, 96)
            } {
                let word := mload(indicator)
                let mode := byte(3, word)
                let total := calldataload(m)
                let bad := calldataload(add(m, 32))
                let excluded := calldataload(add(m, 64))
                wrong := or(wrong, shr(64, or(total, or(bad, excluded))))
                if xor(mode, COUNT) {
                    let filled := add(total, mul(eq(mode, DENOMINATOR), excluded))
                    wrong := or(wrong, xor(filled, mul(length, and(shr(192, word), 0xffffffff))))
                }
                wrong := or(wrong, gt(add(bad, mul(eq(mode, DOWNTIME_ONLY), excluded)), total))
                wrong := or(wrong, gt(excluded, and(shr(128, word), 0xffffffffffffffff)))
            }
        }
    }

    /// @dev Whether a tier of any objective holds, or lies exactly at its threshold.
    function _reachesTier(PackedTerms t, uint256 head, Measurement[] calldata counts) private pure returns (bool reaches) {
        assembly ("memory-safe") {
            let numbers := mload(add(t, 197)) // its last bytes: how many chronic rules and objectives
            let tier := add(add(t, 229), add(shl(4, byte(31, head)), mul(byte(30, numbers), 7)))
            for { let left := byte(31, numbers) } left { left := sub(left, 1) } {
                let word := mload(tier)
                tier := add(tier, 2)
                let end := add(tier, mul(byte(1, word), 22))
                let m := add(counts.offset, mul(byte(0, word), 96))
                let total := calldataload(m)
                let bad := calldataload(add(m, 32))
                let good := mul(sub(total, bad), 1000000000)
                for {} lt(tier, end) { tier := add(tier, 22) } {
                    let threshold := shr(192, mload(add(tier, 1)))
                    if gt(and(byte(0, mload(tier)), 0x7f), LAST_RATIO_TEST) {
                        if lt(bad, threshold) { continue }
                        reaches := 1
                        break
                    }
                    if gt(good, mul(threshold, total)) { continue }
                    reaches := 1
                    break
                }
                if reaches { break }
            }
        }
    }
}
