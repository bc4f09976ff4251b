// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DoubleEntryToken} from "./DoubleEntryToken.sol";

/// @notice The second address of a DoubleEntryToken: looks like another token, moves the same balances.
contract SecondEntry {
    DoubleEntryToken public immutable MAIN;

    constructor(DoubleEntryToken main) {
        MAIN = main;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        MAIN.transferFor(msg.sender, to, amount);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return MAIN.balanceOf(account);
    }
}
