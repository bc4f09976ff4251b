// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @notice A token in which anyone can make any balance shrink, as a rebase or a seizure would.
contract DeflatingToken is MintableToken(6) {
    function shrink(address account, uint256 amount) external {
        _burn(account, amount);
    }
}
