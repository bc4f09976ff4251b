// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";

import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {Months} from "../../contracts/libraries/Months.sol";
import {PackedTerms} from "../../contracts/libraries/TermsCodec.sol";
import {ArbitraryTerms} from "./ArbitraryTerms.sol";

contract CalendarTest is ArbitraryTerms {
    using Calendar for PackedTerms;

    function testFuzzPeriodsTileTheTerm(uint256 seed, uint256 cut) external {
        (PackedTerms t, uint256 end) = _arbitraryEnd(seed, cut);
        uint256 count = t.periodCount(end);
        uint256 clock = t.start();
        for (uint256 k; k < count; ++k) {
            assert(t.startOf(k) == clock);
            clock = t.endOf(k, end);
            assert(clock > t.startOf(k));
        }
        assert(clock == t.lastEnd(end));
    }

    /// The proofs take it for granted.
    function testFuzzBoundsAreTwoRisingBoundaries(uint256 seed, uint8 k) external {
        (, PackedTerms t) = _arbitraryTerms(seed);
        (uint256 from, uint256 to) = t.bounds(k);
        assert(from == t.boundary(k) && to == t.boundary(uint256(k) + 1));
        assert(from < to && to <= type(uint40).max);
    }

    function testFuzzMonthsBeginWhenTheLibrarySays(uint16 number) external pure {
        uint256 month = _clamp(number, Months.EPOCH, type(uint16).max);
        uint256 sinceJanuary = month + 2;
        uint256 first = DateTimeLib.dateToEpochDay(sinceJanuary / 12, sinceJanuary % 12 + 1, 1);
        assert(Months.start(month) == first * 1 days);
    }

    function testFuzzEveryMomentLiesInItsMonth(uint40 time) external pure {
        (uint256 month, uint256 since) = Months.split(time);
        assert(Months.start(month) + since == time);
        assert(time < Months.start(month + 1));
    }

    function testFuzzEveryMomentLiesInItsPeriod(uint256 seed, uint256 time) external {
        (, PackedTerms t) = _arbitraryTerms(seed);
        time = _clamp(time, t.start(), t.lastEnd(0) - 1);
        uint256 k = t.indexAt(time);
        assert(t.startOf(k) <= time && time < t.endOf(k, 0));
    }

    function testFuzzAFullPeriodHasTheLengthOfItsMonths(uint256 seed, uint256 k) external {
        (, PackedTerms t) = _arbitraryTerms(seed);
        k %= t.periods();
        uint256 length = t.boundary(k + 1) - t.boundary(k);
        uint256 months = t.periodMonths();
        assert(length >= (months == 1 ? 28 days : months == 3 ? 89 days : 365 days));
        assert(length <= (months == 1 ? 31 days : months == 3 ? 92 days : 366 days));
        // Months are of different length: only the day's clamping may move the time of the month.
        assert(t.boundary(k) % 1 days == t.anchor() % 1 days);
    }

    /// So no call can fall in the windows of two periods, however the term ends.
    function testFuzzWindowsOfPeriodsNeverOverlap(uint256 seed, uint256 cut) external {
        (PackedTerms t, uint256 end) = _arbitraryEnd(seed, cut);
        uint256 count = t.periodCount(end);
        uint256 windows = t.reportWindow() + 2 * t.disputeWindow();
        for (uint256 k; k < count; ++k) {
            assert(t.baseOf(k, end) >= t.endOf(k, end));
            if (k != 0) assert(t.baseOf(k, end) >= t.baseOf(k - 1, end) + windows);
        }
    }

    function testFuzzAShorterPeriodCostsItsShare(uint256 seed, uint256 cut) external {
        (PackedTerms t, uint256 end) = _arbitraryEnd(seed, cut);
        uint256 count = t.periodCount(end);
        for (uint256 k; k < count; ++k) {
            uint256 full = t.boundary(k + 1) - t.boundary(k);
            uint256 length = t.endOf(k, end) - t.startOf(k);
            uint256 fee = t.feeOf(k, end);
            assert(fee * full <= t.fee() * length && t.fee() * length < (fee + 1) * full);
        }
    }

    /// @dev Half of the time the term ends early: at a boundary, or anywhere.
    function _arbitraryEnd(uint256 seed, uint256 cut) private returns (PackedTerms t, uint256 end) {
        (, t) = _arbitraryTerms(seed);
        if (cut % 2 == 0) return (t, 0);
        end = cut % 4 == 1
            ? t.boundary(_pick(1, t.periods()))
            : _clamp(cut, t.start() + 1, t.lastEnd(0));
        if (end == t.lastEnd(0)) end = 0;
    }
}
