// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A calendar of any kind
/// @notice Stands in for the library that counts days, which is assembly: some date follows from a day and some day from
/// a date, always the same one. What a proof needs beyond that it requires.
library DateTimeLib {
    function epochDayToDate(uint256 epochDay) internal pure returns (uint256 year, uint256 month, uint256 day) {
        year = uint32(_some(epochDay, 101, 0, 0));
        month = uint8(_some(epochDay, 102, 0, 0));
        day = uint8(_some(epochDay, 103, 0, 0));
    }

    function timestampToDate(uint256 timestamp) internal pure returns (uint256, uint256, uint256) {
        return epochDayToDate(timestamp / 86400);
    }

    function daysInMonth(uint256 year, uint256 month) internal pure returns (uint256) {
        return uint8(_some(year, 104, month, 0));
    }

    function dateToEpochDay(uint256 year, uint256 month, uint256 day) internal pure returns (uint256) {
        return uint32(_some(year, 105, month, day));
    }

    /// @notice Not in the library: what stands for the calendar's own boundaries.
    function boundary(uint256 t, uint256 k) internal pure returns (uint256) {
        return _time(uint160(ecrecover(bytes32(t), 106, bytes32(k), 0)));
    }

    function _time(uint256 value) private pure returns (uint256) {
        require(value <= type(uint40).max);
        return value;
    }

    function _some(uint256 a, uint8 which, uint256 b, uint256 c) private pure returns (uint160) {
        return uint160(ecrecover(bytes32(a), which, bytes32(b), bytes32(c)));
    }
}
