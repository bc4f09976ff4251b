// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "./Ledger.sol";
import {Months} from "./Months.sol";
import {PackedTerms} from "./TermsCodec.sol";

/// @title When periods begin, end and are reported
/// @notice Boundary k lies k * periodMonths calendar months after the anchor, always counted from the anchor, the day
/// clamped to the month's length. Period k is [start_k, end_k): start_0 is the agreement's start, any other start is
/// boundary k; end_k is the next boundary, or the agreement's end if that is earlier. All times are UTC seconds.
/// `end` is the end a termination set, or 0 when there was none.
library Calendar {
    /// @notice Boundary `k`, the end of period k - 1 and the start of period k.
    function boundary(PackedTerms t, uint256 k) internal pure returns (uint256) {
        unchecked {
            (uint256 month, uint256 since) = t.anchorAt();
            return _timeIn(month + k * t.periodMonths(), since); // at most 255 * 255 months more
        }
    }

    /// @notice The boundaries before and after period `k`; cheaper than one after the other.
    function bounds(PackedTerms t, uint256 k) internal pure returns (uint256 from, uint256 to) {
        unchecked {
            (uint256 month, uint256 since) = t.anchorAt();
            uint256 step = t.periodMonths();
            month += k * step;
            if (since >= Months.SHORTEST) return (_timeIn(month, since), _timeIn(month + step, since));
            return (Months.start(month) + since, Months.start(month + step) + since);
        }
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
        (uint256 first,) = t.anchorAt();
        (uint256 month,) = Months.split(time);
        k = (month - first) / t.periodMonths();
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
        if (end == 0 && (k != 0 || t.start() == t.anchor())) return t.fee();
        (uint256 length, uint256 full) = lengthOf(t, k, end);
        return t.fee() * length / full;
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

    /// @notice How long period `k` is, and how long it would be if nothing made it shorter.
    function lengthOf(PackedTerms t, uint256 k, uint256 end) internal pure returns (uint256 length, uint256 full) {
        (uint256 from, uint256 to) = bounds(t, k);
        length = (end != 0 && end < to ? end : to) - (k == 0 ? t.start() : from);
        full = to - from;
    }

    /// @dev `since` seconds into `month`, the day clamped to the month's length.
    function _timeIn(uint256 month, uint256 since) private pure returns (uint256) {
        unchecked {
            uint256 start = Months.start(month);
            if (since < Months.SHORTEST) return start + since;
            uint256 lastDay = Months.start(month + 1) - start - 1 days;
            return start + Ledger.min(since / 1 days * 1 days, lastDay) + since % 1 days;
        }
    }
}
