// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";

interface ITokenHooks {
    function tokensToSend(address from, address to, uint256 amount) external;
    function tokensReceived(address from, address to, uint256 amount) external;
}

/// @notice A token that tells accounts that asked for it before it takes from them and after it gave to them, like
/// ERC-777. Who reverts stops the transfer.
contract HookToken is MintableToken(6) {
    mapping(address account => bool) public isHooked;

    function setHooked(address account, bool hooked) external {
        isHooked[account] = hooked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (isHooked[from]) ITokenHooks(from).tokensToSend(from, to, amount);
        ERC20._update(from, to, amount);
        if (isHooked[to]) ITokenHooks(to).tokensReceived(from, to, amount);
    }
}
