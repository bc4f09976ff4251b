// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Calendar} from "contracts/libraries/Calendar.sol";
import {PackedTerms} from "contracts/libraries/TermsCodec.sol";

// Boundaries are here any times at all. What the real ones are assumed to be, rising or far enough apart, is required;
// Calendar.t.sol tries it on the real ones.

/// @title The first period begins at the start
contract FirstPeriodBeginsAtTheStart {
    function prove(PackedTerms t) external pure {
        assert(Calendar.startOf(t, 0) == t.start());
    }
}

/// @title A period ends where the next one begins
contract PeriodsTile {
    function prove(PackedTerms t, uint8 k) external pure {
        assert(Calendar.endOf(t, k, 0) == Calendar.startOf(t, uint256(k) + 1));
    }
}

/// @title So does every period before the last one of a term that was ended early
contract PeriodsTileUntilTheEnd {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        require(end > Calendar.startOf(t, uint256(k) + 1));
        assert(Calendar.endOf(t, k, end) == Calendar.startOf(t, uint256(k) + 1));
    }
}

/// @title The last period ends where the term ends
contract LastPeriodEndsWithTheTerm {
    function prove(PackedTerms t) external pure {
        require(t.periods() != 0);
        assert(Calendar.endOf(t, t.periods() - 1, 0) == Calendar.lastEnd(t, 0));
    }
}

/// @title The period that an early end lies in ends there
contract CutPeriodEndsWithTheTerm {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        require(end != 0 && end <= Calendar.startOf(t, uint256(k) + 1));
        assert(Calendar.endOf(t, k, end) == Calendar.lastEnd(t, end));
    }
}

/// @title No period is empty, if boundaries rise
contract NoPeriodIsEmpty {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        require(Calendar.startOf(t, k) < Calendar.boundary(t, uint256(k) + 1));
        require(end == 0 || end > Calendar.startOf(t, k));
        assert(Calendar.endOf(t, k, end) > Calendar.startOf(t, k));
    }
}

/// @title Nothing is reported before the period is over
contract ReportsFollowThePeriod {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        assert(Calendar.baseOf(t, k, end) >= Calendar.endOf(t, k, end));
    }
}

/// @title The windows of two periods never overlap, however the term ends, if periods are as long as all windows
contract WindowsNeverOverlap {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        uint256 next = uint256(k) + 1;
        uint256 windows = t.reportWindow() + 2 * t.disputeWindow();
        require(Calendar.boundary(t, next) + windows <= Calendar.boundary(t, next + 1));
        require(end == 0 || end > Calendar.startOf(t, next));
        assert(Calendar.baseOf(t, next, end) >= Calendar.baseOf(t, k, end) + windows);
    }
}

/// @title A period is as long as from its start to its end, and no longer than the whole one
contract LengthIsFromStartToEnd {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        uint256 to = Calendar.boundary(t, uint256(k) + 1);
        require(Calendar.boundary(t, k) <= Calendar.startOf(t, k) && Calendar.startOf(t, k) < to);
        require(end == 0 || end > Calendar.startOf(t, k));
        (uint256 length, uint256 full) = Calendar.lengthOf(t, k, end);
        assert(length == Calendar.endOf(t, k, end) - Calendar.startOf(t, k));
        assert(full == to - Calendar.boundary(t, k) && length <= full);
    }
}

/// @title A whole period costs the fee
contract WholePeriodCostsTheFee {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        require(k != 0);
        require(end == 0 || end >= Calendar.boundary(t, uint256(k) + 1));
        assert(Calendar.feeOf(t, k, end) == t.fee());
    }
}

/// @title No period costs more than the fee
contract NoPeriodCostsMore {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        uint256 from = Calendar.boundary(t, k);
        uint256 to = Calendar.boundary(t, uint256(k) + 1);
        require(from <= Calendar.startOf(t, k) && Calendar.startOf(t, k) < to);
        require(end == 0 || end > Calendar.startOf(t, k));
        assert(Calendar.feeOf(t, k, end) <= t.fee());
    }
}

/// @title A shorter period costs its share of the fee, rounded down by less than a unit
contract ShorterPeriodCostsItsShare {
    function prove(PackedTerms t, uint8 k, uint40 end) external pure {
        uint256 from = Calendar.boundary(t, k);
        uint256 to = Calendar.boundary(t, uint256(k) + 1);
        require(from <= Calendar.startOf(t, k) && Calendar.startOf(t, k) < to);
        require(end == 0 || end > Calendar.startOf(t, k));
        uint256 exact = t.fee() * (Calendar.endOf(t, k, end) - Calendar.startOf(t, k));
        uint256 fee = Calendar.feeOf(t, k, end);
        assert(fee * (to - from) <= exact && exact < fee * (to - from) + (to - from));
    }
}
