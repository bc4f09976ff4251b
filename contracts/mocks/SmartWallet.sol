// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A wallet that does whatever anyone tells it, so that a contract can hold a seat.
contract SmartWallet {
    function execute(address target, bytes calldata data) external payable returns (bytes memory answer) {
        bool isDone;
        (isDone, answer) = target.call{value: msg.value}(data);
        if (isDone) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
