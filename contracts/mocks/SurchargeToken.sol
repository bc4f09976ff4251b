// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";

/// @notice A token that takes its share from the sender, on top of what it moves.
contract SurchargeToken is MintableToken(6) {
    uint256 public feePpb;

    function setFee(uint256 feePpb_) external {
        feePpb = feePpb_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        ERC20._update(from, to, amount);
        if (from != address(0) && to != address(0)) ERC20._update(from, address(0), (amount * feePpb) / 1e9);
    }
}
