// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";

/// @title Months by number
/// @notice Counted from March of year 0, so that a year's last day is the leap day. All times are UTC seconds.
library Months {
    /// @notice January of 1970.
    uint256 internal constant EPOCH = 1970 * 12 - 2;

    /// @notice Every month is at least so long, in seconds.
    uint256 internal constant SHORTEST = 28 days;

    /// @dev Days from the first of March of year 0 to the first of January of 1970.
    uint256 private constant MARCH_0_TO_1970 = 719468;

    /// @notice When `month` begins; it must not be before 1970.
    ///
    /// Every report asks this twice, so it is not left to `DateTimeLib`, which wants a year and a month of it and knows
    /// days: this takes two thirds of the gas. Calendar.t.sol holds them equal.
    function start(uint256 month) internal pure returns (uint256) {
        unchecked {
            uint256 year = month / 12;
            uint256 century = year / 100;
            uint256 leapDays = year / 4 - century + century / 4;
            uint256 dayOfYear = (62719 * (month % 12) + 769) >> 11; // 0, 31, 61, 92, ... of March, April, May, June
            return (365 * year + leapDays + dayOfYear - MARCH_0_TO_1970) * 1 days;
        }
    }

    /// @notice The month that `time` lies in, and how many seconds after its beginning.
    function split(uint256 time) internal pure returns (uint256 month, uint256 since) {
        unchecked {
            uint256 year;
            uint256 day;
            (year, month, day) = DateTimeLib.epochDayToDate(time / 1 days);
            month += year * 12 - 3;
            since = (day - 1) * 1 days + time % 1 days;
        }
    }
}
