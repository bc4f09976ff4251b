// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Campaign} from "./Campaign.sol";

/// @notice Twins under the same terms live the same story; strangers poke one of them.
contract LazinessTest is Campaign {
    function setUp() external {
        _setUp(2);
    }

    function invariantLazinessIsInvisible() external {
        handler.checkTwins();
    }
}
