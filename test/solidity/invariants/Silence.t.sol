// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Campaign} from "./Campaign.sol";

/// @notice From every state that a story reaches, each party gets its money with all others silent.
contract SilenceTest is Campaign {
    function setUp() external {
        _setUp(1);
    }

    function invariantNoSilenceIsFatal() external {
        handler.checkSilence();
    }
}
