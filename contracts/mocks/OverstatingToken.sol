// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";

/// @notice A token that says an account has more than it can move.
contract OverstatingToken is MintableToken(6) {
    mapping(address account => uint256) public invented;

    function invent(address account, uint256 amount) external {
        invented[account] = amount;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return ERC20.balanceOf(account) + invented[account];
    }
}
