// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SLAEscrow} from "../SLAEscrow.sol";

/// @notice The escrow without its path for ordinary months: every report takes the general one.
contract GeneralEscrow is SLAEscrow {
    constructor(address backOffice) SLAEscrow(backOffice) {}

    function _isOrdinary(uint256) internal pure override returns (bool) {
        return false;
    }
}
