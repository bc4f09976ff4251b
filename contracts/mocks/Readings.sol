// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Many views in one call, and the time they were asked at.
contract Readings {
    /// @notice What each of `targets` answers to its call; the first failure is passed on.
    function read(address[] calldata targets, bytes[] calldata calls)
        external
        view
        returns (uint256 time, bytes[] memory answers)
    {
        time = block.timestamp;
        answers = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool isDone, bytes memory answer) = targets[i].staticcall(calls[i]);
            require(isDone, string(answer));
            answers[i] = answer;
        }
    }
}
