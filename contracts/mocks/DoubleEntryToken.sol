// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";
import {SecondEntry} from "./SecondEntry.sol";

/// @notice A token whose balances can be moved through a second address as well, like TUSD once.
contract DoubleEntryToken is MintableToken(6) {
    SecondEntry public immutable SECOND_ENTRY = new SecondEntry(this);

    error NotTheSecondEntry(address caller);

    function transferFor(address from, address to, uint256 amount) external {
        if (msg.sender != address(SECOND_ENTRY)) revert NotTheSecondEntry(msg.sender);
        _transfer(from, to, amount);
    }
}
