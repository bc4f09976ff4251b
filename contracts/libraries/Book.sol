// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

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
    // Bit k: period k is split and awaits its ruling.
    uint256 open;
    // Per rule, bit k: period k's credit reached its least share.
    uint256[4] chronic;
    // Disputed periods that nobody has resolved: the provider's claim, the client's, and two words written at the split.
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

/// @dev A disputed period: two offers, then what is known at the split: reportCredit 96, agreedCredit 96, revision 8,
/// reportBits 8, and held 96, fromBond 96.
struct Case {
    Offer provider;
    Offer client;
    uint256 period;
    uint256 reportCredit;
    uint256 agreedCredit; // the lowest offer, after the term cap
    uint256 revision;
    uint256 reportBits;
    uint256 held;
    uint256 fromBond; // what the bond paid of `agreedCredit`
}

/// @dev The records in memory. Words beyond the first are read when they are needed. Every field costs a dozen gas in
/// every call, so what is seldom needed is a list, empty until then.
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
    uint256 openDisputes;
    uint256 loaded;
    uint256 next; // boundary `period + 1`; 0: not computed yet
    uint256 count; // the number of periods up to `end`; 0: not computed yet
    uint256 lastDue; // when the last resolution of this settling became due
    uint256 tokens; // what the agreement held when it last absorbed
    uint256[] chronic;
    Case[] split; // the case that was split in this settling
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

    uint256 private constant REPORT_MASK = ~(uint256(type(uint96).max) | 0xff << 232 | 0xff << 248);

    uint256 private constant STANDING = 1 << 0;
    uint256 private constant DEBTS = 1 << 1;
    uint256 private constant OPEN_SET = 1 << 2;
    uint256 private constant CHRONIC = 1 << 3; // and the three bits above it, one a rule
    uint256 private constant OPEN_READ = 1 << 7;
    uint256 private constant SILENT = 1 << 8; // nothing is announced or cleared: a view looks at what a call would do

    // ------------------------------------------------------------------------------------------------------ load

    function load(Book memory b, Records storage r) internal view {
        uint256 word = r.hot;
        b.balance = uint96(word);
        b.earnings = uint96(word >> 96);
        b.since = uint40(word >> 192);
        b.period = uint8(word >> 232);
        b.flags = word >> 240;
    }

    /// @dev The second word with a first report in it.
    function withReport(uint256 word, uint256 credit, uint256 bits) internal pure returns (uint256) {
        return (word & REPORT_MASK) | credit | bits << 248;
    }

    /// @dev Whether `hot` is of an agreement in order: no termination, no arrears, no dispute, the terms' own oracle.
    function isOrdinary(uint256 hot) internal pure returns (bool) {
        return (hot >> 240) & ~(PROVIDER_MOVED | CLIENT_MOVED | ARBITER_MOVED | REPORTED | DETAILED) == ACTIVE;
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

    /// @dev Without the flag the word is 0 and is not read.
    function loadOpen(Book memory b, Records storage r) internal view {
        if (!_isFirst(b, OPEN_SET) || !has(b, OPEN)) return;
        b.openDisputes = r.open;
        b.loaded |= OPEN_READ;
    }

    function loadChronic(Book memory b, Records storage r, uint256 rule) internal view {
        if (b.chronic.length == 0) b.chronic = new uint256[](4);
        if (_isFirst(b, CHRONIC << rule)) b.chronic[rule] = r.chronic[rule];
    }

    /// @dev The claims of the current period.
    function loadClaims(Records storage r, uint256 period) internal view returns (Case memory c) {
        readClaims(c, r, period);
    }

    function readClaims(Case memory c, Records storage r, uint256 period) internal view {
        uint256[4] storage words = r.cases[period];
        c.period = period;
        _unpackOffer(c.provider, words[0]);
        _unpackOffer(c.client, words[1]);
    }

    /// @dev The case of an open period, as of this settling.
    function loadCase(Book memory b, Records storage r, uint256 period) internal view returns (Case memory c) {
        if (isJustSplit(b, period)) return b.split[0];
        readClaims(c, r, period);
        uint256[4] storage words = r.cases[period];
        uint256 word = words[2];
        c.reportCredit = uint96(word);
        c.agreedCredit = uint96(word >> 96);
        c.revision = uint8(word >> 192);
        c.reportBits = word >> 200;
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
        // Not read: it was 0, and is still when a split was ruled in the same call.
        if (loaded & OPEN_READ != 0 || b.openDisputes != 0) r.open = b.openDisputes;
        for (uint256 rule; rule < b.chronic.length; ++rule) {
            if (loaded & (CHRONIC << rule) != 0) r.chronic[rule] = b.chronic[rule];
        }
        if (b.split.length != 0) _storeSplit(b, r);
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

    /// @dev A resolved case leaves the records: what happened is in the events. Most of what it cost comes back.
    function clearClaims(Book memory b, Records storage r, Case memory c) internal {
        if (isSilent(b)) return;
        uint256[4] storage words = r.cases[c.period];
        if (c.provider.claimedAt != 0) words[0] = 0;
        if (c.client.claimedAt != 0) words[1] = 0;
    }

    /// @dev The same with what the split wrote.
    function clearCase(Book memory b, Records storage r, Case memory c) internal {
        clearClaims(b, r, c);
        if (isSilent(b) || isJustSplit(b, c.period)) return;
        uint256[4] storage words = r.cases[c.period];
        words[2] = 0;
        words[3] = 0;
    }

    /// @dev A split is written when the call ends, unless the call also resolves it.
    function _storeSplit(Book memory b, Records storage r) private {
        Case memory c = b.split[0];
        if (b.openDisputes & (1 << c.period) == 0) return;
        uint256[4] storage words = r.cases[c.period];
        words[2] = c.reportCredit | c.agreedCredit << 96 | c.revision << 192 | c.reportBits << 200;
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

    /// @dev Active, and not yet closed.
    function isRunning(Book memory b) internal pure returns (bool) {
        return b.flags & (ACTIVE | CLOSED) == ACTIVE;
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
        if (b.count == 0) b.count = Calendar.periodCount(b.t, endSet(b, r));
        return b.count;
    }

    /// @dev The boundary after the current period.
    function nextBoundary(Book memory b) internal pure returns (uint256) {
        unchecked {
            if (b.next == 0) b.next = Calendar.boundary(b.t, b.period + 1); // the period fits 8 bits
        }
        return b.next;
    }

    /// @dev When the report window of the current period opens.
    function base(Book memory b, Records storage r) internal view returns (uint256) {
        return has(b, ENDED) ? Calendar.baseOf(b.t, b.period, endSet(b, r)) : nextBoundary(b);
    }

    function feeOf(Book memory b, Records storage r, uint256 k) internal view returns (uint256) {
        if (k != 0 && !has(b, ENDED)) return b.t.fee();
        // A termination cuts the last period only.
        bool mayBeCut = has(b, ENDED) && k + 1 >= periodCount(b, r);
        return Calendar.feeOf(b.t, k, mayBeCut ? endSet(b, r) : 0);
    }

    /// @dev How long the current period is, and how long it would be if nothing made it shorter.
    function length(Book memory b, Records storage r) internal view returns (uint256, uint256 full) {
        if (b.period == 0 || has(b, ENDED)) return Calendar.lengthOf(b.t, b.period, endSet(b, r));
        unchecked {
            full = nextBoundary(b) - Calendar.boundary(b.t, b.period);
        }
        return (full, full);
    }

    /// @dev Q: the pledges of all claims that nobody has settled. Kept with the claims only, which spares a dispute a
    /// word of its own.
    function pledges(Book memory b, Records storage r) internal view returns (uint256 sum) {
        if (has(b, DISPUTED)) sum = _pledgesOf(loadClaims(r, b.period));
        if (!has(b, OPEN)) return sum;
        loadOpen(b, r);
        for (uint256 left = b.openDisputes; left != 0; left &= left - 1) {
            sum += _pledgesOf(loadCase(b, r, LibBit.ffs(left)));
        }
    }

    /// @dev What open disputes hold of M.
    function held(Book memory b, Records storage r) internal view returns (uint256 sum) {
        if (!has(b, OPEN)) return 0;
        loadOpen(b, r);
        for (uint256 left = b.openDisputes; left != 0; left &= left - 1) {
            sum += loadCase(b, r, LibBit.ffs(left)).held;
        }
    }

    function _pledgesOf(Case memory c) private pure returns (uint256) {
        return c.provider.pledge + c.client.pledge;
    }

    /// @dev Whether a view only looks at what a call would do.
    function isSilent(Book memory b) internal pure returns (bool) {
        return b.loaded & SILENT != 0;
    }

    function silence(Book memory b) internal pure {
        b.loaded |= SILENT;
    }

    /// @dev Whether `period` was split in this settling.
    function isJustSplit(Book memory b, uint256 period) internal pure returns (bool) {
        return b.split.length != 0 && b.split[0].period == period;
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

    /// @dev The end of the agreement becomes `time`.
    function setEnd(Book memory b, Records storage r, uint256 time) internal view {
        loadStanding(b, r);
        (b.end, b.count) = (time, 0);
        set(b, ENDED, true);
    }

    /// @dev The current period is resolved or split, the next one begins.
    function advance(Book memory b) internal pure {
        unchecked {
            ++b.period; // below 241
        }
        b.flags &= ~(REPORTED | DISPUTED | DETAILED);
        b.next = 0;
    }

    /// @dev The provider earned `amount`: M pays it as far as it goes, the rest is owed.
    function owe(Book memory b, Records storage r, uint256 amount) internal view {
        unchecked {
            if (!has(b, OWING) && b.balance >= amount) {
                b.balance -= amount;
                b.earnings += amount; // all fees fit 96 bits
            } else if (amount != 0) {
                loadDebts(b, r);
                b.owed += amount;
                _flow(b);
            }
        }
    }

    /// @dev M rises by `amount`; arrears are paid from it first.
    function raise(Book memory b, Records storage r, uint256 amount) internal view {
        unchecked {
            b.balance += amount; // what comes in is bounded by what the terms bound, or by absorbing
        }
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
