// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "contracts/libraries/Ledger.sol";

// Amounts are of any size whose sums fit a word: the ledger's own bounds are far below.

/// @title The waterfall moves money and makes none: M + P stays the same
contract WaterfallKeepsTheMoney {
    function prove(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (uint256 m, uint256 p,) = Ledger.waterfall(balance, earnings, owed);
        assert(m + p == uint256(balance) + earnings);
    }
}

/// @title What the provider gets in the waterfall is what is no longer owed: P + owed stays the same
contract WaterfallPaysWhatIsOwed {
    function prove(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (, uint256 p, uint256 left) = Ledger.waterfall(balance, earnings, owed);
        assert(p + left == uint256(earnings) + owed);
    }
}

/// @title After the waterfall M > 0 implies that nothing is owed
contract WaterfallPaysArrearsFirst {
    function prove(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (uint256 m,, uint256 left) = Ledger.waterfall(balance, earnings, owed);
        assert(m == 0 || left == 0);
    }
}

/// @title A second waterfall moves nothing, so it matters not how often anyone settles
contract WaterfallIsDoneAtOnce {
    function prove(uint128 balance, uint128 earnings, uint128 owed) external pure {
        (uint256 m, uint256 p, uint256 left) = Ledger.waterfall(balance, earnings, owed);
        (uint256 m2, uint256 p2, uint256 left2) = Ledger.waterfall(m, p, left);
        assert(m2 == m && p2 == p && left2 == left);
    }
}

/// @title A credit's two parts are the credit
contract CreditIsDividedToTheUnit {
    function prove(uint256 credit, uint256 fee) external pure {
        (uint256 fromFee, uint256 aboveFee) = Ledger.divide(credit, fee);
        assert(fromFee + aboveFee == credit);
    }
}

/// @title A credit lowers the fee to nothing at most, and takes from the bond only what is above the fee
contract CreditTakesTheFeeFirst {
    function prove(uint256 credit, uint256 fee) external pure {
        (uint256 fromFee, uint256 aboveFee) = Ledger.divide(credit, fee);
        assert(fromFee <= fee);
        assert(aboveFee == 0 || fromFee == fee);
    }
}

/// @title A higher credit leaves the provider no more of the fee, and asks no less of the bond
contract HigherCreditNeverPaysTheProviderMore {
    function prove(uint256 credit, uint256 more, uint256 fee) external pure {
        require(credit <= more);
        (uint256 fromFee, uint256 aboveFee) = Ledger.divide(credit, fee);
        (uint256 fromFeeThen, uint256 aboveThen) = Ledger.divide(more, fee);
        assert(fee - fromFeeThen <= fee - fromFee);
        assert(aboveThen >= aboveFee);
    }
}

/// @title Of a period's fee, what was earned, what is in arrears and what was credited make the fee
contract EarnedArrearsAndCreditMakeTheFee {
    function prove(uint128 balance, uint128 earnings, uint256 credit, uint128 fee) external pure {
        (uint256 fromFee,) = Ledger.divide(credit, fee);
        (, uint256 p, uint256 arrears) = Ledger.waterfall(balance, earnings, fee - fromFee);
        assert((p - earnings) + arrears + fromFee == fee);
    }
}

/// @title Absorbing takes no more than there is, and never lifts M above its limit
contract AbsorbingStopsAtTheLimit {
    function prove(uint256 balance, uint256 extra) external pure {
        uint256 absorbed = Ledger.absorbable(balance, extra);
        assert(absorbed <= extra);
        assert(balance >= Ledger.BALANCE_LIMIT ? absorbed == 0 : balance + absorbed <= Ledger.BALANCE_LIMIT);
    }
}

/// @title Tokens wait outside of M only when there is no room
contract AbsorbingWaitsOnlyForRoom {
    function prove(uint128 balance, uint128 extra) external pure {
        uint256 absorbed = Ledger.absorbable(balance, extra);
        assert(absorbed == extra || balance + absorbed >= Ledger.BALANCE_LIMIT);
    }
}

/// @title At a split, what is earned, held and credited of the fee makes the fee
contract SplitMakesTheFee {
    function prove(uint256 fee, uint256 lowest, uint256 highest) external pure {
        require(lowest <= highest);
        (uint256 earned, uint256 held, uint256 fromFee,) = Ledger.split(fee, lowest, highest);
        assert(earned + held + fromFee == fee);
    }
}

/// @title What was held goes to the two parties, to the unit
contract ReleaseMakesWhatWasHeld {
    function prove(uint256 fee, uint256 lowest, uint256 highest, uint256 credit) external pure {
        require(lowest <= credit && credit <= highest);
        (, uint256 held,,) = Ledger.split(fee, lowest, highest);
        (uint256 earned, uint256 fromFee,) = Ledger.release(fee, held, lowest, credit);
        assert(earned + fromFee == held);
    }
}

/// @title A dispute ends as if the credit that was found had stood from the first: for the provider and for the client
contract DisputeEndsAsIfUndisputed {
    function prove(uint128 fee, uint128 lowest, uint128 highest, uint128 credit) external pure {
        require(lowest <= credit && credit <= highest);
        (uint256 earned, uint256 held, uint256 fromFee, uint256 above) = Ledger.split(fee, lowest, highest);
        (uint256 more, uint256 moreFromFee, uint256 moreAbove) = Ledger.release(fee, held, lowest, credit);
        assert(earned + more == fee - Ledger.min(credit, fee));
        assert(fromFee + moreFromFee + above + moreAbove == credit);
    }
}
