// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";

/// @notice A token that, once told to refuse, moves nothing and returns false instead of reverting.
contract FalseReturningToken is MintableToken(6) {
    bool public isRefusing;

    function setRefusing(bool refusing) external {
        isRefusing = refusing;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !isRefusing && ERC20.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !isRefusing && ERC20.transferFrom(from, to, amount);
    }
}
