// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Seat} from "../interfaces/AgreementTypes.sol";
import {Calendar} from "./Calendar.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms} from "./TermsCodec.sol";

/// @dev All storage of an agreement. Words are packed by {Books}, lowest bits first.
struct Records {
    // The word of an ordinary month: balance 96, earnings 96, since 40, period 8, flags 16.
    uint256 hot;
    // Read only when a flag says so: credit 96, creditsGiven 96, end 40, revision 8, leavePeriod 8, bits 8.
    // Credit, revision and bits are stale unless DETAILED is set.
    uint256 standing;
    // owed 96, bond 96, bondShortSince 40.
    uint256 debts;
    // pledges 96, held 96.
    uint256 stakes;
    // Bit k: period k is split and awaits its ruling.
    uint256 open;
    // Per rule, bit k: period k's credit reached its least share.
    uint256[4] chronic;
    // Disputed periods: the provider's claim, the client's, and two words written at the split.
    mapping(uint256 period => uint256[4]) cases;
    // Read only when the flag of the role says that it moved; otherwise the terms name it.
    address provider;
    address client;
    address oracle;
    address arbiter;
    mapping(Seat seat => address) offeredTo;
    uint256 handovers; // part of every consent's key, so consents die with a handover
    mapping(bytes32 key => uint256) consents; // expiry
}

/// @dev One claim: credit 96, pledge 96, claimedAt 40, bits 8.
struct Offer {
    uint256 credit;
    uint256 pledge;
    uint256 claimedAt; // 0: not made
    uint256 bits;
}

/// @dev A disputed period: two offers, then reportCredit 96, agreedCredit 96, revision 8, reportBits 8, isSplit 8, and
/// held 96, fromBond 96.
struct Case {
    Offer provider;
    Offer client;
    uint256 reportCredit;
    uint256 agreedCredit; // the lowest offer, after the term cap
    uint256 revision;
    uint256 reportBits;
    uint256 isSplit;
    uint256 held;
    uint256 fromBond; // what the bond paid of `agreedCredit`
}

/// @dev The records in memory. Words beyond the first are read when they are needed.
struct Book {
    PackedTerms t;
    uint256 balance; // M
    uint256 earnings; // P
    uint256 since; // t of the standing report; d once it is disputed
    uint256 period; // first unresolved period
    uint256 flags;
    uint256 credit; // of the standing report
    uint256 creditsGiven; // counts against the term cap
    uint256 end; // 0: no termination
    uint256 revision;
    uint256 leavePeriod; // the chronic right ends at this boundary; 0: none
    uint256 bits; // chronic rules that the standing report counts for
    uint256 owed;
    uint256 bond; // B
    uint256 bondShortSince;
    uint256 pledges; // Q
    uint256 held;
    uint256 open;
    uint256[4] chronic;
    uint256 loaded;
    uint256 splitPeriod; // the period that was split in this settling, plus 1
    Case split; // its case
    uint256 count; // the number of periods that `countEnd` makes
    uint256 countEnd;
    uint256 lastDue; // when the last resolution of this settling became due
}

using Books for Book global;

/// @title Reading and writing an agreement's records
/// @notice Sums fit 96 bits: all fees, credits, pledges and draws of a term stay below 2^95 by the limits of the terms,
/// and nothing lifts M above 2^95 from outside.
library Books {
    uint256 internal constant PROVIDER_ACCEPTED = 1 << 0;
    uint256 internal constant CLIENT_ACCEPTED = 1 << 1;
    uint256 internal constant REPORTED = 1 << 2; // a report stands for the current period
    uint256 internal constant DISPUTED = 1 << 3; // a claim was made against it
    uint256 internal constant DETAILED = 1 << 4; // `standing` describes it; otherwise credit 0, revision 0
    uint256 internal constant ENDED = 1 << 5; // `standing.end` is set
    uint256 internal constant OWING = 1 << 6; // something is owed
    uint256 internal constant OPEN = 1 << 7; // a split period awaits its ruling
    uint256 internal constant CLOSED = 1 << 8; // everything is resolved, the bond is released
    uint256 internal constant PROVIDER_MOVED = 1 << 9;
    uint256 internal constant CLIENT_MOVED = 1 << 10;
    uint256 internal constant ORACLE_MOVED = 1 << 11;
    uint256 internal constant ARBITER_MOVED = 1 << 12;

    uint256 internal constant ACTIVE = PROVIDER_ACCEPTED | CLIENT_ACCEPTED;
    uint256 internal constant SILENCE = 255; // the revision that no oracle can post

    uint256 private constant STANDING = 1 << 0;
    uint256 private constant DEBTS = 1 << 1;
    uint256 private constant STAKES = 1 << 2;
    uint256 private constant OPEN_SET = 1 << 3;
    uint256 private constant CHRONIC = 1 << 4; // and the three bits above it, one a rule

    // ------------------------------------------------------------------------------------------------------ load

    function load(Book memory b, Records storage r) internal view {
        uint256 word = r.hot;
        b.balance = uint96(word);
        b.earnings = uint96(word >> 96);
        b.since = uint40(word >> 192);
        b.period = uint8(word >> 232);
        b.flags = word >> 240;
    }

    function loadStanding(Book memory b, Records storage r) internal view {
        if (!_isFirst(b, STANDING)) return;
        uint256 word = r.standing;
        b.credit = uint96(word);
        b.creditsGiven = uint96(word >> 96);
        b.end = uint40(word >> 192);
        b.revision = uint8(word >> 232);
        b.leavePeriod = uint8(word >> 240);
        b.bits = word >> 248;
    }

    function loadDebts(Book memory b, Records storage r) internal view {
        if (!_isFirst(b, DEBTS)) return;
        uint256 word = r.debts;
        b.owed = uint96(word);
        b.bond = uint96(word >> 96);
        b.bondShortSince = word >> 192;
    }

    function loadStakes(Book memory b, Records storage r) internal view {
        if (!_isFirst(b, STAKES)) return;
        uint256 word = r.stakes;
        b.pledges = uint96(word);
        b.held = word >> 96;
    }

    function loadOpen(Book memory b, Records storage r) internal view {
        if (_isFirst(b, OPEN_SET)) b.open = r.open;
    }

    function loadChronic(Book memory b, Records storage r, uint256 rule) internal view {
        if (_isFirst(b, CHRONIC << rule)) b.chronic[rule] = r.chronic[rule];
    }

    /// @dev The case of a disputed period, as of this settling.
    function loadCase(Book memory b, Records storage r, uint256 period) internal view returns (Case memory c) {
        if (b.splitPeriod == period + 1) return b.split;
        uint256[4] storage words = r.cases[period];
        _unpackOffer(c.provider, words[0]);
        _unpackOffer(c.client, words[1]);
        uint256 word = words[2];
        c.reportCredit = uint96(word);
        c.agreedCredit = uint96(word >> 96);
        c.revision = uint8(word >> 192);
        c.reportBits = uint8(word >> 200);
        c.isSplit = word >> 208;
        word = words[3];
        c.held = uint96(word);
        c.fromBond = word >> 96;
    }

    /// @dev Whether `seat` has made a claim in `period`, and where it stands.
    function claimedAt(Records storage r, uint256 period, Seat seat) internal view returns (uint256) {
        return uint40(r.cases[period][_place(seat)] >> 192);
    }

    function _isFirst(Book memory b, uint256 bit) private pure returns (bool first) {
        first = b.loaded & bit == 0;
        b.loaded |= bit;
    }

    function _unpackOffer(Offer memory offer, uint256 word) private pure {
        offer.credit = uint96(word);
        offer.pledge = uint96(word >> 96);
        offer.claimedAt = uint40(word >> 192);
        offer.bits = word >> 232;
    }

    function _place(Seat seat) private pure returns (uint256) {
        return seat == Seat.Provider ? 0 : 1;
    }

    // ----------------------------------------------------------------------------------------------------- store

    /// @dev Write back what was read. A word that did not change costs next to nothing.
    function store(Book memory b, Records storage r) internal {
        r.hot = b.balance | b.earnings << 96 | b.since << 192 | b.period << 232 | b.flags << 240;
        uint256 loaded = b.loaded;
        if (loaded == 0) return;
        if (loaded & STANDING != 0) {
            r.standing = b.credit | b.creditsGiven << 96 | b.end << 192 | b.revision << 232 | b.leavePeriod << 240
                | b.bits << 248;
        }
        if (loaded & DEBTS != 0) r.debts = b.owed | b.bond << 96 | b.bondShortSince << 192;
        if (loaded & STAKES != 0) r.stakes = b.pledges | b.held << 96;
        if (loaded & OPEN_SET != 0) r.open = b.open;
        for (uint256 rule; rule < 4; ++rule) {
            if (loaded & (CHRONIC << rule) != 0) r.chronic[rule] = b.chronic[rule];
        }
    }

    function storeClaim(
        Records storage r,
        uint256 period,
        Seat seat,
        uint256 credit,
        uint256 pledge,
        uint256 time,
        uint256 bits
    ) internal {
        r.cases[period][_place(seat)] = credit | pledge << 96 | time << 192 | bits << 232;
    }

    function storeSplit(Records storage r, uint256 period, Case memory c) internal {
        uint256[4] storage words = r.cases[period];
        words[2] = c.reportCredit | c.agreedCredit << 96 | c.revision << 192 | c.reportBits << 200 | c.isSplit << 208;
        words[3] = c.held | c.fromBond << 96;
    }

    // ---------------------------------------------------------------------------------------------------- derive

    function has(Book memory b, uint256 flag) internal pure returns (bool) {
        return b.flags & flag != 0;
    }

    function set(Book memory b, uint256 flag, bool on) internal pure {
        if (on) b.flags |= flag;
        else b.flags &= ~flag;
    }

    /// @dev Both acceptances stand. They cannot be taken back then.
    function isActive(Book memory b) internal pure returns (bool) {
        return b.flags & ACTIVE == ACTIVE;
    }

    function isDraft(Book memory b, uint256 time) internal pure returns (bool) {
        return !isActive(b) && time < b.t.start();
    }

    /// @dev The end a termination set, or 0.
    function endSet(Book memory b, Records storage r) internal view returns (uint256) {
        if (!has(b, ENDED)) return 0;
        loadStanding(b, r);
        return b.end;
    }

    function periodCount(Book memory b, Records storage r) internal view returns (uint256) {
        if (!has(b, ENDED)) return b.t.periods();
        // A long backlog asks for it once a period.
        if (b.countEnd != endSet(b, r)) (b.count, b.countEnd) = (Calendar.periodCount(b.t, b.end), b.end);
        return b.count;
    }

    function feeOf(Book memory b, Records storage r, uint256 k) internal view returns (uint256) {
        // A termination cuts the last period only.
        bool whole = k + 1 < periodCount(b, r);
        return Calendar.feeOf(b.t, k, whole ? 0 : endSet(b, r));
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
        if (!has(b, OWING) && b.balance >= amount) {
            b.balance -= amount;
            b.earnings += amount;
        } else if (amount != 0) {
            loadDebts(b, r);
            b.owed += amount;
            _flow(b);
        }
    }

    /// @dev M rises by `amount`; arrears are paid from it first.
    function raise(Book memory b, Records storage r, uint256 amount) internal view {
        b.balance += amount;
        if (has(b, OWING)) {
            loadDebts(b, r);
            _flow(b);
        }
    }

    /// @dev What M lacks, the bond gives as far as it goes. Returns what it gave.
    function draw(Book memory b, Records storage r, uint256 amount, uint256 dueAt) internal view returns (uint256 given) {
        if (amount == 0) return 0;
        loadDebts(b, r);
        given = Ledger.min(b.bond, amount);
        if (given == 0) return 0;
        b.bond -= given;
        if (b.bondShortSince == 0) b.bondShortSince = dueAt;
        raise(b, r, given);
    }

    function _flow(Book memory b) private pure {
        (b.balance, b.earnings, b.owed) = Ledger.waterfall(b.balance, b.earnings, b.owed);
        set(b, OWING, b.owed != 0);
    }
}
