// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {MintableToken} from "./MintableToken.sol";
import {SmartWallet} from "./SmartWallet.sol";

/// @notice A token that calls back whenever a chosen function of it is called: by itself, and once more through each of
/// its accomplices' wallets. It compares every answer with those that were foreseen.
contract ReentrantToken is MintableToken(6) {
    enum Moment {
        Never,
        BeforeMove,
        AfterMove,
        Balance, // asked for a balance; a call back cannot change anything then
        Permit
    }

    struct CallBack {
        address target;
        bytes data;
        bytes[] foreseen; // 01 and the returned data, or 00 and the error
    }

    Moment private _moment;
    address private _caller;
    uint256 private _gas;
    SmartWallet[] private _accomplices;
    CallBack[] private _callBacks;

    /// @notice How often the moment came.
    uint256 public times;
    /// @notice Answers that were not foreseen, the call's number and the accomplice's (0: none) before them.
    bytes[] public surprises;

    /// @notice Thrown when asked for a balance, where a surprise cannot be written down.
    error Surprised(uint256 callBack, uint256 accomplice, bytes answer);

    /// @notice Call back, with `gasEach`, whenever `caller` calls at `moment` with at least twice as much. Where a guard
    /// is missing, a call back makes the agreement call again: it has too little gas to go on like this.
    function arm(
        Moment moment,
        address caller,
        uint256 gasEach,
        SmartWallet[] calldata accomplices,
        CallBack[] calldata callBacks
    ) external {
        (_moment, _caller, _gas) = (moment, caller, gasEach);
        _accomplices = accomplices;
        delete _callBacks;
        for (uint256 i; i < callBacks.length; ++i) {
            _callBacks.push(callBacks[i]);
        }
    }

    function disarm() external {
        _moment = Moment.Never;
    }

    function surpriseCount() external view returns (uint256) {
        return surprises.length;
    }

    /// @notice Approves nothing.
    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        _fire(Moment.Permit);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        _fire(Moment.BeforeMove);
        ERC20.transfer(to, amount);
        _fire(Moment.AfterMove);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _fire(Moment.BeforeMove);
        ERC20.transferFrom(from, to, amount);
        _fire(Moment.AfterMove);
        return true;
    }

    function balanceOf(address account) public view override returns (uint256) {
        if (_isMoment(Moment.Balance)) {
            for (uint256 i; i < _callBacks.length; ++i) {
                for (uint256 j; j <= _accomplices.length; ++j) {
                    (address target, bytes memory data) = _callOf(i, j);
                    (bool succeeded, bytes memory answer) = target.staticcall{gas: _gas}(data);
                    if (!_isForeseen(i, succeeded, answer)) revert Surprised(i, j, answer);
                }
            }
        }
        return ERC20.balanceOf(account);
    }

    function _fire(Moment moment) private {
        if (!_isMoment(moment)) return;
        ++times;
        for (uint256 i; i < _callBacks.length; ++i) {
            for (uint256 j; j <= _accomplices.length; ++j) {
                (address target, bytes memory data) = _callOf(i, j);
                // solhint-disable-next-line avoid-low-level-calls
                (bool succeeded, bytes memory answer) = target.call{gas: _gas}(data);
                if (!_isForeseen(i, succeeded, answer)) surprises.push(abi.encode(i, j, succeeded, answer));
            }
        }
    }

    function _isMoment(Moment moment) private view returns (bool) {
        return moment == _moment && msg.sender == _caller && gasleft() >= 2 * _gas;
    }

    /// @dev Call back `i`, by the token itself or through accomplice `j - 1`.
    function _callOf(uint256 i, uint256 j) private view returns (address, bytes memory) {
        CallBack storage callBack = _callBacks[i];
        if (j == 0) return (callBack.target, callBack.data);
        return (address(_accomplices[j - 1]), abi.encodeCall(SmartWallet.execute, (callBack.target, callBack.data)));
    }

    function _isForeseen(uint256 i, bool succeeded, bytes memory answer) private view returns (bool) {
        bytes32 actual = keccak256(abi.encodePacked(succeeded, answer));
        bytes[] storage foreseen = _callBacks[i].foreseen;
        for (uint256 j; j < foreseen.length; ++j) {
            if (keccak256(foreseen[j]) == actual) return true;
        }
        return false;
    }
}
