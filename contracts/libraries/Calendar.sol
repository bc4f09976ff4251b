// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";

import {Ledger} from "./Ledger.sol";
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
            (uint256 months, uint256 day, uint256 time) = _dateOf(t.anchor());
            return _timeOf(months + k * t.periodMonths(), day, time); // at most 255 * 255 months more
        }
    }

    /// @notice The boundaries before and after period `k`; cheaper than one after the other.
    function bounds(PackedTerms t, uint256 k) internal pure returns (uint256 from, uint256 to) {
        unchecked {
            (uint256 months, uint256 day, uint256 time) = _dateOf(t.anchor());
            uint256 step = t.periodMonths();
            months += k * step;
            if (day > 27) return (_timeOf(months, day, time), _timeOf(months + step, day, time));
            time += day * 1 days; // every month has that day
            return (_firstOf(months) * 1 days + time, _firstOf(months + step) * 1 days + time);
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
        (uint256 fromMonths,,) = _dateOf(t.anchor());
        (uint256 months,,) = _dateOf(time);
        k = (months - fromMonths) / t.periodMonths();
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

    /// @dev A time as months since year 0, days of the month before it and seconds of the day.
    function _dateOf(uint256 moment) private pure returns (uint256 months, uint256 day, uint256 time) {
        unchecked {
            uint256 year;
            (year, months, day) = DateTimeLib.epochDayToDate(moment / 1 days);
            months += year * 12 - 1;
            --day;
            time = moment % 1 days;
        }
    }

    /// @dev The reverse, the day clamped to the month's length.
    function _timeOf(uint256 months, uint256 day, uint256 time) private pure returns (uint256) {
        unchecked {
            uint256 first = _firstOf(months);
            if (day > 27) day = Ledger.min(day, _firstOf(months + 1) - first - 1);
            return (first + day) * 1 days + time;
        }
    }

    /// @dev Days from 1970 to the first of the month that `months` counts.
    function _firstOf(uint256 months) private pure returns (uint256) {
        unchecked {
            return DateTimeLib.dateToEpochDay(months / 12, months % 12 + 1, 1);
        }
    }
}
