// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "../../contracts/libraries/Ledger.sol";

contract LedgerTest {
    function testFuzzTheWaterfallConservesMoney(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (uint256 m, uint256 p, uint256 left) = Ledger.waterfall(balance, earnings, owed);
        assert(m + p == uint256(balance) + earnings);
        // What the provider gets is what is no longer owed.
        assert(p - earnings == owed - left);
        // Arrears are paid first, and as far as the money goes.
        assert(m == 0 || left == 0);
    }

    function testFuzzAnotherWaterfallMovesNothing(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (uint256 m, uint256 p, uint256 left) = Ledger.waterfall(balance, earnings, owed);
        (uint256 m2, uint256 p2, uint256 left2) = Ledger.waterfall(m, p, left);
        assert(m2 == m && p2 == p && left2 == left);
    }

    function testFuzzACreditIsDividedToTheUnit(uint256 credit, uint96 fee) external pure {
        (uint256 fromFee, uint256 aboveFee) = Ledger.divide(credit, fee);
        assert(fromFee + aboveFee == credit);
        assert(fromFee <= fee);
        assert(aboveFee == 0 || fromFee == fee);
    }

    function testFuzzAbsorbingNeverLiftsTheBalanceAboveItsLimit(uint96 balance, uint256 extra) external pure {
        uint256 absorbed = Ledger.absorbable(balance, extra);
        assert(absorbed <= extra);
        if (balance >= Ledger.BALANCE_LIMIT) assert(absorbed == 0);
        else assert(balance + absorbed <= Ledger.BALANCE_LIMIT);
        // It waits only for room.
        assert(absorbed == extra || balance + absorbed >= Ledger.BALANCE_LIMIT);
    }
}
