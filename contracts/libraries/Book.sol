// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Seat} from "../interfaces/AgreementTypes.sol";
import {Calendar} from "./Calendar.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms} from "./TermsCodec.sol";

/// @dev Slot 0: all that a good month reads and writes.
struct Hot {
    uint96 balance; // M
    uint96 earnings; // P
    uint40 since; // t of the standing report; d once it is disputed
    uint8 period; // first unresolved period
    uint16 flags;
}

/// @dev Slot 1: read only when a flag says so. `credit`, `revision` and `bits` are stale unless DETAILED is set.
struct Standing {
    uint96 credit; // of the standing report
    uint96 creditsGiven; // counts against the term cap
    uint40 end; // 0: no termination
    uint8 revision;
    uint8 leavePeriod; // the chronic right ends at this boundary; 0: none
    uint8 bits; // chronic rules that the standing report counts for
}

/// @dev Slot 2.
struct Debts {
    uint96 owed;
    uint96 bond; // B
    uint40 bondShortSince;
}

/// @dev Slot 3.
struct Stakes {
    uint96 pledges; // Q
    uint96 held;
}

/// @dev One slot a claim.
struct Offer {
    uint96 credit;
    uint96 pledge;
    uint40 claimedAt; // 0: not made
    uint8 bits;
}

/// @dev A disputed period: two offers, and once it is split two more slots.
struct Case {
    Offer provider;
    Offer client;
    uint96 reportCredit;
    uint96 agreedCredit; // the lowest offer, after the term cap
    uint8 revision;
    uint8 reportBits;
    bool isSplit;
    uint96 held;
    uint96 fromBond; // what the bond paid of `agreedCredit`
}

/// @dev All storage of an agreement.
struct Records {
    Hot hot;
    Standing standing;
    Debts debts;
    Stakes stakes;
    uint256 open; // bit k: period k is split and awaits its ruling
    uint256[4] chronic; // per rule, bit k: period k's credit reached its least share
    mapping(uint256 period => Case) cases;
    // Read only when the flag of the role says that it moved; otherwise the terms name it.
    address provider;
    address client;
    address oracle;
    address arbiter;
    mapping(Seat seat => address) offeredTo;
    uint256 handovers; // part of every consent's key, so consents die with a handover
    mapping(bytes32 key => uint256) consents; // expiry
}

/// @dev The records in memory. Slots beyond the first are read when they are needed.
struct Book {
    PackedTerms t;
    Hot hot;
    Standing standing;
    Debts debts;
    Stakes stakes;
    uint256 open;
    uint256[4] chronic;
    uint256 loaded;
    uint256 splitPeriod; // the period that was split in this settling, plus 1
    Case split; // its case
}

using Books for Book global;

/// @title Reading and writing an agreement's records
/// @notice Sums fit 96 bits: all fees, credits, pledges and draws of a term stay below 2^95 by the limits of the terms,
/// and nothing lifts M above 2^95 from outside.
library Books {
    uint16 internal constant PROVIDER_ACCEPTED = 1 << 0;
    uint16 internal constant CLIENT_ACCEPTED = 1 << 1;
    uint16 internal constant REPORTED = 1 << 2; // a report stands for the current period
    uint16 internal constant DISPUTED = 1 << 3; // a claim was made against it
    uint16 internal constant DETAILED = 1 << 4; // `standing` describes it; otherwise credit 0, revision 0
    uint16 internal constant ENDED = 1 << 5; // `standing.end` is set
    uint16 internal constant OWING = 1 << 6; // something is owed
    uint16 internal constant OPEN = 1 << 7; // a split period awaits its ruling
    uint16 internal constant CLOSED = 1 << 8; // everything is resolved, the bond is released
    uint16 internal constant PROVIDER_MOVED = 1 << 9;
    uint16 internal constant CLIENT_MOVED = 1 << 10;
    uint16 internal constant ORACLE_MOVED = 1 << 11;
    uint16 internal constant ARBITER_MOVED = 1 << 12;

    uint16 internal constant ACTIVE = PROVIDER_ACCEPTED | CLIENT_ACCEPTED;
    uint8 internal constant SILENCE = 255; // the revision that no oracle can post

    uint256 private constant STANDING = 1 << 0;
    uint256 private constant DEBTS = 1 << 1;
    uint256 private constant STAKES = 1 << 2;
    uint256 private constant OPEN_SET = 1 << 3;
    uint256 private constant CHRONIC = 1 << 4; // and the three bits above it, one a rule

    // ----------------------------------------------------------------------------------------------------- load

    function loadStanding(Book memory b, Records storage r) internal view returns (Standing memory) {
        if (b.loaded & STANDING == 0) {
            b.standing = r.standing;
            b.loaded |= STANDING;
        }
        return b.standing;
    }

    function loadDebts(Book memory b, Records storage r) internal view returns (Debts memory) {
        if (b.loaded & DEBTS == 0) {
            b.debts = r.debts;
            b.loaded |= DEBTS;
        }
        return b.debts;
    }

    function loadStakes(Book memory b, Records storage r) internal view returns (Stakes memory) {
        if (b.loaded & STAKES == 0) {
            b.stakes = r.stakes;
            b.loaded |= STAKES;
        }
        return b.stakes;
    }

    function loadOpen(Book memory b, Records storage r) internal view returns (uint256) {
        if (b.loaded & OPEN_SET == 0) {
            b.open = r.open;
            b.loaded |= OPEN_SET;
        }
        return b.open;
    }

    function loadChronic(Book memory b, Records storage r, uint256 rule) internal view returns (uint256) {
        uint256 bit = CHRONIC << rule;
        if (b.loaded & bit == 0) {
            b.chronic[rule] = r.chronic[rule];
            b.loaded |= bit;
        }
        return b.chronic[rule];
    }

    /// @dev The case of a disputed period, as of this settling.
    function loadCase(Book memory b, Records storage r, uint256 period) internal view returns (Case memory) {
        return b.splitPeriod == period + 1 ? b.split : r.cases[period];
    }

    /// @dev Write back what was read. A slot that did not change costs next to nothing.
    function store(Book memory b, Records storage r) internal {
        r.hot = b.hot;
        uint256 loaded = b.loaded;
        if (loaded == 0) return;
        if (loaded & STANDING != 0) r.standing = b.standing;
        if (loaded & DEBTS != 0) r.debts = b.debts;
        if (loaded & STAKES != 0) r.stakes = b.stakes;
        if (loaded & OPEN_SET != 0) r.open = b.open;
        for (uint256 rule; rule < 4; ++rule) {
            if (loaded & (CHRONIC << rule) != 0) r.chronic[rule] = b.chronic[rule];
        }
    }

    // ---------------------------------------------------------------------------------------------------- derive

    function has(Book memory b, uint16 flag) internal pure returns (bool) {
        return b.hot.flags & flag != 0;
    }

    function set(Book memory b, uint16 flag, bool on) internal pure {
        if (on) b.hot.flags |= flag;
        else b.hot.flags &= ~flag;
    }

    /// @dev Both acceptances stand. They cannot be taken back then.
    function isActive(Book memory b) internal pure returns (bool) {
        return b.hot.flags & ACTIVE == ACTIVE;
    }

    function isDraft(Book memory b, uint256 time) internal pure returns (bool) {
        return !isActive(b) && time < b.t.start();
    }

    /// @dev The end a termination set, or 0.
    function endSet(Book memory b, Records storage r) internal view returns (uint256) {
        return has(b, ENDED) ? loadStanding(b, r).end : 0;
    }

    function periodCount(Book memory b, Records storage r) internal view returns (uint256) {
        return Calendar.periodCount(b.t, endSet(b, r));
    }

    function feeOf(Book memory b, Records storage r, uint256 k) internal view returns (uint256) {
        return Calendar.feeOf(b.t, k, endSet(b, r));
    }

    function provider(Book memory b, Records storage r) internal view returns (address) {
        return has(b, PROVIDER_MOVED) ? r.provider : b.t.provider();
    }

    function client(Book memory b, Records storage r) internal view returns (address) {
        return has(b, CLIENT_MOVED) ? r.client : b.t.client();
    }

    function oracle(Book memory b, Records storage r) internal view returns (address) {
        return has(b, ORACLE_MOVED) ? r.oracle : b.t.oracle();
    }

    function arbiter(Book memory b, Records storage r) internal view returns (address) {
        return has(b, ARBITER_MOVED) ? r.arbiter : b.t.arbiter();
    }

    // ------------------------------------------------------------------------------------------------------ move

    /// @dev The provider earned `amount`: M pays it as far as it goes, the rest is owed.
    function owe(Book memory b, Records storage r, uint256 amount) internal view {
        if (!has(b, OWING) && b.hot.balance >= amount) {
            b.hot.balance -= uint96(amount);
            b.hot.earnings += uint96(amount);
        } else if (amount != 0) {
            loadDebts(b, r).owed += uint96(amount);
            _flow(b);
        }
    }

    /// @dev M rises by `amount`; arrears are paid from it first.
    function raise(Book memory b, Records storage r, uint256 amount) internal view {
        b.hot.balance += uint96(amount);
        if (has(b, OWING)) {
            loadDebts(b, r);
            _flow(b);
        }
    }

    /// @dev What M lacks, the bond gives as far as it goes. Returns what it gave.
    function draw(Book memory b, Records storage r, uint256 amount, uint256 dueAt) internal view returns (uint256 given) {
        if (amount == 0) return 0;
        Debts memory debts = loadDebts(b, r);
        given = Ledger.min(debts.bond, amount);
        if (given == 0) return 0;
        debts.bond -= uint96(given);
        if (debts.bondShortSince == 0) debts.bondShortSince = uint40(dueAt);
        raise(b, r, given);
    }

    function _flow(Book memory b) private pure {
        (uint256 balance, uint256 earnings, uint256 owed) =
            Ledger.waterfall(b.hot.balance, b.hot.earnings, b.debts.owed);
        b.hot.balance = uint96(balance);
        b.hot.earnings = uint96(earnings);
        b.debts.owed = uint96(owed);
        set(b, OWING, owed != 0);
    }
}
