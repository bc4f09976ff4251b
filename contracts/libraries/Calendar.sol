// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";

import {PackedTerms} from "./TermsCodec.sol";

/// @title When periods begin, end and are reported
/// @notice Boundary k lies k * periodMonths calendar months after the anchor, always counted from the anchor, the day
/// clamped to the month's length. Period k is [start_k, end_k): start_0 is the agreement's start, any other start is
/// boundary k; end_k is the next boundary, or the agreement's end if that is earlier. All times are UTC seconds.
/// `end` is the end a termination set, or 0 when there was none.
library Calendar {
    /// @notice Boundary `k`, the end of period k - 1 and the start of period k.
    function boundary(PackedTerms t, uint256 k) internal pure returns (uint256) {
        return DateTimeLib.addMonths(t.anchor(), k * t.periodMonths());
    }

    /// @notice The start of period `k`.
    function startOf(PackedTerms t, uint256 k) internal pure returns (uint256) {
        return k == 0 ? t.start() : boundary(t, k);
    }

    /// @notice The end of period `k`, which must start before `end`.
    function endOf(PackedTerms t, uint256 k, uint256 end) internal pure returns (uint256) {
        uint256 next = boundary(t, k + 1);
        return end != 0 && end < next ? end : next;
    }

    /// @notice The end of the agreement.
    function lastEnd(PackedTerms t, uint256 end) internal pure returns (uint256) {
        return end != 0 ? end : boundary(t, t.periods());
    }

    /// @notice The period that `time` lies in, counting on after the last one. `time` must not be before the start.
    function indexAt(PackedTerms t, uint256 time) internal pure returns (uint256 k) {
        (uint256 fromYear, uint256 fromMonth,) = DateTimeLib.timestampToDate(t.anchor());
        (uint256 year, uint256 month,) = DateTimeLib.timestampToDate(time);
        k = (year * 12 + month - fromYear * 12 - fromMonth) / t.periodMonths();
        // The boundary of that month may still be ahead of `time`.
        if (boundary(t, k) > time) --k;
    }

    /// @notice How many periods there are: the first k whose start is not before the end.
    function periodCount(PackedTerms t, uint256 end) internal pure returns (uint256) {
        if (end == 0) return t.periods();
        return end <= t.start() ? 0 : indexAt(t, end - 1) + 1;
    }

    /// @notice The fee of period `k`: a shorter period costs its share of the full one, rounded down.
    function feeOf(PackedTerms t, uint256 k, uint256 end) internal pure returns (uint256) {
        // Only the first period and the one that a termination cuts can be short.
        if (k != 0 && end == 0) return t.fee();
        uint256 to = boundary(t, k + 1);
        bool cut = end != 0 && end < to;
        if (k != 0 && !cut) return t.fee();
        uint256 from = boundary(t, k);
        uint256 length = (cut ? end : to) - (k == 0 ? t.start() : from);
        return t.fee() * length / (to - from);
    }

    /// @notice When the report window of period `k` opens: at its end; for a cut period after the first one not before
    /// the period ahead of it is resolved for sure, so windows never overlap.
    function baseOf(PackedTerms t, uint256 k, uint256 end) internal pure returns (uint256) {
        uint256 next = boundary(t, k + 1);
        if (end == 0 || end >= next) return next;
        if (k == 0) return end;
        uint256 clear = boundary(t, k) + t.reportWindow() + 2 * t.disputeWindow();
        return end > clear ? end : clear;
    }

    /// @notice The most units of an indicator that period `k` may exclude: `cap` for a full period, less for a shorter one.
    function scaledCapDown(PackedTerms t, uint256 k, uint256 end, uint256 cap) internal pure returns (uint256) {
        uint256 full = boundary(t, k + 1) - boundary(t, k);
        return cap * (endOf(t, k, end) - startOf(t, k)) / full;
    }
}
