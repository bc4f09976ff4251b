// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Manner, Manners} from "./Manner.sol";
import {SmartWallet} from "./SmartWallet.sol";

/// @notice A wallet that answers every call it does not know in one bad manner: hooks, signatures, reports, plain coins.
contract HostileParty is SmartWallet {
    using Manners for Manner;

    Manner public immutable MANNER;

    constructor(Manner manner) {
        MANNER = manner;
    }

    receive() external payable {
        MANNER.end();
    }

    fallback() external payable {
        MANNER.end();
    }
}
