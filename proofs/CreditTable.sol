// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement, Test, Tier} from "contracts/interfaces/AgreementTypes.sol";
import {CreditTable} from "contracts/libraries/CreditTable.sol";
import {PackedTerms} from "contracts/libraries/TermsCodec.sol";
import {Lemmas} from "./Lemmas.sol";

/// @title Nothing bad, no credit: whatever the tier, if its threshold is valid
contract NothingBadIsNoCredit {
    function prove(Test test, bool proportional, uint64 threshold, uint40 credit, uint64 per, uint64 total)
        external
        pure
    {
        require(test != Test.None);
        require(test != Test.Below || threshold <= 1e9);
        require(test != Test.AtMost || threshold < 1e9);
        require(test != Test.AtLeast || threshold != 0);
        (uint256 numerator,) = CreditTable.tierCredit(Tier(test, proportional, threshold, credit, per), total, 0);
        assert(numerator == 0);
    }
}

/// @title More bad never lowers a flat tier's credit
contract FlatTierNeverFalls {
    function prove(Test test, uint64 threshold, uint40 credit, uint64 total, uint64 bad, uint64 more) external pure {
        require(bad <= more && more <= total);
        Tier memory tier = Tier(test, false, threshold, credit, 0);
        (uint256 numerator, uint256 denominator) = CreditTable.tierCredit(tier, total, bad);
        (uint256 then, uint256 of_) = CreditTable.tierCredit(tier, total, more);
        assert(numerator == 0 || (denominator == of_ && numerator <= then));
    }
}

/// @title More bad never lowers a proportional tier's credit
contract ProportionalTierNeverFalls {
    function prove(Test test, uint64 threshold, uint40 credit, uint64 total, uint64 bad, uint64 more) external pure {
        require(bad <= more && more <= total);
        Tier memory tier = Tier(test, true, threshold, credit, 0);
        (uint256 numerator, uint256 denominator) = CreditTable.tierCredit(tier, total, bad);
        (uint256 then, uint256 of_) = CreditTable.tierCredit(tier, total, more);
        assert(numerator == 0 || (denominator == of_ && numerator <= then));
    }
}

/// @title More bad never lowers the credit of a tier by steps of units
contract UnitStepsNeverFall {
    function prove(bool inclusive, uint64 threshold, uint40 credit, uint64 per, uint64 total, uint64 bad, uint64 more)
        external
        pure
    {
        require(bad <= more && more <= total && per != 0);
        Tier memory tier = Tier(inclusive ? Test.AtLeast : Test.MoreThan, false, threshold, credit, per);
        (uint256 numerator, uint256 denominator) = CreditTable.tierCredit(tier, total, bad);
        (uint256 then, uint256 of_) = CreditTable.tierCredit(tier, total, more);
        assert(numerator == 0 || (denominator == of_ && numerator <= then));
    }
}

/// @title More bad never lowers the credit of a tier by steps of the ratio
contract RatioStepsNeverFall {
    function prove(bool inclusive, uint64 threshold, uint40 credit, uint64 per, uint64 total, uint64 bad, uint64 more)
        external
        pure
    {
        require(bad <= more && more <= total && per != 0);
        Tier memory tier = Tier(inclusive ? Test.AtMost : Test.Below, false, threshold, credit, per);
        (uint256 numerator, uint256 denominator) = CreditTable.tierCredit(tier, total, bad);
        (uint256 then, uint256 of_) = CreditTable.tierCredit(tier, total, more);
        assert(numerator == 0 || (denominator == of_ && numerator <= then));
    }
}

/// @title A quotient rounded up is never below the exact one
contract CeilDivCovers {
    function prove(uint128 a, uint96 b) external pure {
        require(b != 0);
        assert(CreditTable.ceilDiv(a, b) * b >= a);
    }
}

/// @title It is above the exact one by less than a unit
contract CeilDivIsTight {
    function prove(uint128 a, uint96 b) external pure {
        require(b != 0);
        assert(CreditTable.ceilDiv(a, b) * b < uint256(a) + b);
    }
}

/// @title A quotient rounded up never falls when more is divided
/// @custom:engine bmc
contract CeilDivNeverFalls {
    function prove(uint128 a, uint128 more, uint96 b) external pure {
        require(a <= more && b != 0);
        uint256 quotient = CreditTable.ceilDiv(a, b);
        uint256 then = CreditTable.ceilDiv(more, b);
        require(Lemmas.productSteps(uint128(then), uint128(quotient), b));
        assert(quotient <= then);
    }
}

/// @title A share of more is never less
contract ShareNeverFallsWithTheAmount {
    function prove(uint96 amount, uint96 more, uint40 share) external pure {
        require(amount <= more);
        assert(CreditTable.shareUp(amount, share) <= CreditTable.shareUp(more, share));
    }
}

/// @title A greater share is never less
contract ShareNeverFallsWithTheShare {
    function prove(uint96 amount, uint40 share, uint40 more) external pure {
        require(share <= more);
        assert(CreditTable.shareUp(amount, share) <= CreditTable.shareUp(amount, more));
    }
}

/// @title A share of at most the whole is at most the amount
/// @custom:engine bmc
contract ShareIsAtMostTheAmount {
    function prove(uint96 amount, uint40 share) external pure {
        require(share <= CreditTable.PPB);
        require(Lemmas.productRises(share, 1e9, amount));
        assert(CreditTable.shareUp(amount, share) <= amount);
    }
}

/// @title A share is rounded up by less than one unit
contract ShareIsRoundedUpByLessThanAUnit {
    function prove(uint96 amount, uint40 share) external pure {
        uint256 exact = uint256(amount) * share;
        uint256 rounded = CreditTable.shareUp(amount, share) * CreditTable.PPB;
        assert(exact <= rounded && rounded < exact + CreditTable.PPB);
    }
}

/// @title A greater fraction of the fee is never less money
/// @custom:engine bmc
contract MoneyNeverFallsWithTheFraction {
    function prove(uint96 fee, uint96 numerator, uint88 denominator, uint96 more, uint88 of_) external pure {
        require(denominator != 0 && of_ != 0);
        require(uint256(numerator) * of_ <= uint256(more) * denominator);
        uint256 money = CreditTable.ceilDiv(uint256(fee) * numerator, denominator);
        uint256 then = CreditTable.ceilDiv(uint256(fee) * more, of_);
        assert(money <= then);
    }
}

/// @title The pledge is never below the fixed one, nor below the agreed share of the difference
contract PledgeIsTheGreater {
    function prove(PackedTerms t, uint96 credit, uint96 reported) external pure {
        uint256 pledge = CreditTable.pledgeUp(t, credit, reported);
        assert(pledge >= t.pledge());
        uint256 difference = credit > reported ? credit - reported : reported - credit;
        assert(pledge * CreditTable.PPB >= difference * t.pledgeShare());
    }
}

/// @title The pledge is the same whichever of the two sides is higher
contract PledgeIsFair {
    function prove(PackedTerms t, uint96 credit, uint96 reported) external pure {
        assert(CreditTable.pledgeUp(t, credit, reported) == CreditTable.pledgeUp(t, reported, credit));
    }
}

/// @title Whatever the table and the counts, a credit is at most the cap
contract CreditIsAtMostTheCap {
    function prove(PackedTerms t, Measurement[] calldata counts, uint96 fee) external pure {
        (uint256 credit,) = CreditTable.creditUp(t, counts, fee);
        assert(credit <= CreditTable.capUp(t, fee));
    }
}
