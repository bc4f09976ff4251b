// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditTable} from "contracts/libraries/CreditTable.sol";
import {PackedTerms} from "contracts/libraries/TermsCodec.sol";
import {Lemmas} from "./Lemmas.sol";

/// @title The further past the threshold, the more steps, or as many
/// @custom:engine bmc
contract StepsNeverFall {
    function prove(bool isInclusive, uint96 past, uint96 more, uint96 step) external pure {
        require(past <= more && step != 0);
        uint256 count = CreditTable.steps(past, step, isInclusive);
        uint256 then = CreditTable.steps(more, step, isInclusive);
        require(Lemmas.productSteps(uint128(then), uint128(count), step));
        assert(count <= then);
    }
}

/// @title More bad never lowers a tier's credit by units: flat, by steps or proportional
contract TierOnUnitsNeverFalls {
    function prove(
        bool isInclusive,
        bool isProportional,
        uint64 threshold,
        uint40 credit,
        uint64 per,
        uint64 total,
        uint64 bad,
        uint64 more
    ) external pure {
        require(0 < bad && bad <= more && more <= total);
        (uint256 a, uint256 b) =
            CreditTable.tierCredit(false, isInclusive, isProportional, threshold, credit, per, total, bad);
        (uint256 c, uint256 d) =
            CreditTable.tierCredit(false, isInclusive, isProportional, threshold, credit, per, total, more);
        assert(a == 0 || (b == d && a <= c));
    }
}

/// @title More bad never lowers a tier's credit by the good share: flat, by steps or proportional
contract TierOnTheRatioNeverFalls {
    function prove(
        bool isInclusive,
        bool isProportional,
        uint64 threshold,
        uint40 credit,
        uint64 per,
        uint64 total,
        uint64 bad,
        uint64 more
    ) external pure {
        require(0 < bad && bad <= more && more <= total);
        (uint256 a, uint256 b) =
            CreditTable.tierCredit(true, isInclusive, isProportional, threshold, credit, per, total, bad);
        (uint256 c, uint256 d) =
            CreditTable.tierCredit(true, isInclusive, isProportional, threshold, credit, per, total, more);
        assert(a == 0 || (b == d && a <= c));
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
