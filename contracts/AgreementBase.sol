// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {Book, Records} from "./libraries/Book.sol";
import {Desk} from "./libraries/Desk.sol";

/// @title What the two halves of an agreement's code share
/// @notice One layout of storage, one reentrancy guard, and that neither half ever acts as itself.
abstract contract AgreementBase is ReentrancyGuardTransient {
    address private immutable _SELF = address(this);

    Records internal _records;

    /// @dev Terms are in the code of a clone; a contract called directly has none, so it must never act.
    modifier onlyAgreement() {
        _checkAgreement();
        _;
    }

    /// @dev The records, with all that is due settled.
    function _open() internal returns (Book memory b) {
        _checkAgreement();
        Desk.open(b, _records);
    }

    function _checkAgreement() internal view {
        if (address(this) == _SELF) revert ISLAEscrow.ImplementationIsInert();
    }
}
