// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Vm.sol";

/// @notice What a campaign asks of {Checks}, which comes as the build made it, like the contracts under test.
interface IChecks {
    function accept(uint256 seed) external;
    function report(uint256 seed) external;
    function dispute(uint256 seed) external;
    function rule(uint256 seed) external;
    function agreeCredit(uint256 seed) external;
    function agreeEnd(uint256 seed) external;
    function rotate(uint256 seed) external;
    function transfer(uint256 seed) external;
    function fund(uint256 seed) external;
    function withdraw(uint256 seed) external;
    function claim(uint256 seed) external;
    function postBond(uint256 seed) external;
    function depart(uint256 seed) external;
    function handOver(uint256 seed) external;
    function stranger(uint256 seed) external;
    function forbidden(uint256 seed) external;
    function done(uint256 act) external view returns (uint256 times);
    function actCount() external pure returns (uint256);
    function variety() external view returns (uint256);
    function varieties() external pure returns (uint256);
    function checkBooks() external;
    function checkTwins() external;
    function checkSilence() external;
}

/// @notice What the engine wants to know: whom to call, with which functions.
abstract contract Campaign {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    IChecks internal handler;

    error NoHandler();

    function _setUp(uint256 copies) internal {
        bytes memory code = abi.encodePacked(vm.getCode("Checks"), abi.encode(copies));
        address made;
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        if (made == address(0)) revert NoHandler();
        handler = IChecks(made);
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory list) {
        list = new FuzzSelector[](1);
        list[0] = FuzzSelector(address(handler), acts());
    }

    /// @dev What comes up more often is named more than once.
    function acts() public pure returns (bytes4[] memory list) {
        list = new bytes4[](25);
        uint256 n;
        n = _add(list, n, 3, IChecks.report.selector);
        n = _add(list, n, 5, IChecks.dispute.selector);
        n = _add(list, n, 2, IChecks.rule.selector);
        n = _add(list, n, 2, IChecks.agreeCredit.selector);
        n = _add(list, n, 1, IChecks.accept.selector);
        n = _add(list, n, 1, IChecks.agreeEnd.selector);
        n = _add(list, n, 1, IChecks.rotate.selector);
        n = _add(list, n, 1, IChecks.transfer.selector);
        n = _add(list, n, 1, IChecks.fund.selector);
        n = _add(list, n, 1, IChecks.withdraw.selector);
        n = _add(list, n, 1, IChecks.claim.selector);
        n = _add(list, n, 1, IChecks.postBond.selector);
        n = _add(list, n, 1, IChecks.depart.selector);
        n = _add(list, n, 1, IChecks.handOver.selector);
        n = _add(list, n, 1, IChecks.stranger.selector);
        _add(list, n, 2, IChecks.forbidden.selector);
    }

    function _add(bytes4[] memory list, uint256 from, uint256 times, bytes4 act) private pure returns (uint256 to) {
        to = from + times;
        for (uint256 i = from; i < to; ++i) {
            list[i] = act;
        }
    }
}
