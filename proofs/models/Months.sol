// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A calendar of any kind
/// @notice Stands in for the library that counts months, whose sums go round at 2^256: some time follows from a month and
/// some month from a time, always the same one. What a proof needs beyond that it requires.
library Months {
    uint256 internal constant SHORTEST = 28 days;

    function start(uint256 month) internal pure returns (uint256) {
        return uint40(_some(month, 101, 0));
    }

    function split(uint256 time) internal pure returns (uint256 month, uint256 since) {
        month = uint16(_some(time, 102, 0));
        since = uint24(_some(time, 103, 0));
    }

    /// @notice Not in the library: what stands for the calendar's own boundaries.
    function boundary(uint256 t, uint256 k) internal pure returns (uint256) {
        return _time(uint160(ecrecover(bytes32(t), 106, bytes32(k), 0)));
    }

    function _time(uint256 value) private pure returns (uint256) {
        require(value <= type(uint40).max);
        return value;
    }

    function _some(uint256 a, uint8 which, uint256 b) private pure returns (uint160) {
        return uint160(ecrecover(bytes32(a), which, bytes32(b), 0));
    }
}
