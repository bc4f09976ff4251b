// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {Manner, Manners} from "./Manner.sol";
import {MintableToken} from "./MintableToken.sol";

/// @notice A token each of whose functions breaks as it is told to. Broken ones move nothing.
contract BrokenToken is MintableToken(6) {
    using Manners for Manner;

    mapping(bytes4 selector => Manner) private _manners;

    modifier mannered() {
        _manners[msg.sig].end();
        _;
    }

    function setManner(bytes4 selector, Manner manner) external {
        _manners[selector] = manner;
    }

    /// @notice Approves nothing, even when all is well.
    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external mannered {}

    function transfer(address to, uint256 amount) public override mannered returns (bool) {
        return ERC20.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override mannered returns (bool) {
        return ERC20.transferFrom(from, to, amount);
    }

    function balanceOf(address account) public view override mannered returns (uint256) {
        return ERC20.balanceOf(account);
    }
}
