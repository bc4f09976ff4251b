// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Campaign} from "./Campaign.sol";

/// @notice The money, the periods, the roles: see the README for each invariant as mathematics.
contract BooksTest is Campaign {
    function setUp() external {
        _setUp(1);
    }

    function invariantTheBooksBalance() external {
        handler.checkBooks();
    }
}
