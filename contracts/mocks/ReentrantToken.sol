// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";

/// @notice A token that makes one configured call in the middle of the next transfer and keeps what came of it.
contract ReentrantToken is MintableToken(6) {
    address private _target;
    bytes private _data;
    bool private _isBeforeMove;

    bool public hasCalled;
    bool public hasSucceeded;
    bytes public answer;

    function arm(address target, bytes calldata data, bool beforeMove) external {
        _target = target;
        _data = data;
        _isBeforeMove = beforeMove;
        hasCalled = false;
        hasSucceeded = false;
        answer = "";
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_isBeforeMove) _fire(from, to);
        ERC20._update(from, to, amount);
        if (!_isBeforeMove) _fire(from, to);
    }

    function _fire(address from, address to) private {
        if (hasCalled || _target == address(0) || from == address(0) || to == address(0)) return;
        hasCalled = true;
        (hasSucceeded, answer) = _target.call(_data); // solhint-disable-line avoid-low-level-calls
    }
}
