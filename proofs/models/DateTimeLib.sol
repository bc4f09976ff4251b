// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A calendar of any kind
/// @notice Stands in for the library that counts months, which is assembly: some time follows from a time and a number
/// of months, and always the same one. What a proof needs beyond that it requires.
library DateTimeLib {
    function addMonths(uint256 timestamp, uint256 numMonths) internal pure returns (uint256 value) {
        value = uint160(ecrecover(bytes32(timestamp), 100, bytes32(numMonths), 0));
        require(value <= type(uint40).max);
    }

    function timestampToDate(uint256 timestamp) internal pure returns (uint256 year, uint256 month, uint256 day) {
        year = uint32(uint160(ecrecover(bytes32(timestamp), 101, 0, 0)));
        month = uint8(uint160(ecrecover(bytes32(timestamp), 102, 0, 0)));
        day = uint8(uint160(ecrecover(bytes32(timestamp), 103, 0, 0)));
    }
}
