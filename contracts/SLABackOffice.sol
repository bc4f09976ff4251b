// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {
    Claim,
    Consent,
    ConsentKind,
    Dispute,
    Exit,
    Phase,
    Seat,
    Stage,
    State
} from "./interfaces/AgreementTypes.sol";
import {AgreementBase} from "./AgreementBase.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {Book, Books, Case, Offer} from "./libraries/Book.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {CreditTable} from "./libraries/CreditTable.sol";
import {Desk} from "./libraries/Desk.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Settlement} from "./libraries/Settlement.sol";

/// @title The half of an agreement's code that is seldom run: the two keys, offers of seats, foreign tokens, and the
/// description of an agreement
/// @notice {SLAEscrow} runs it in its own place by delegatecall, so that its code stays within the size a chain accepts.
/// The address is part of the escrow's code and cannot change. Inert when called directly.
contract SLABackOffice is AgreementBase {
    using SafeERC20 for IERC20;
    using Books for Book;
    using Settlement for Book;
    using Commitment for Book;
    using Desk for Book;

    uint256 private constant LONGEST_CONSENT = 30 days;

    // -------------------------------------------------------------------------------------------------- two keys

    /// @notice See {ISLAEscrow-agree}.
    function agree(Consent calldata consent, uint256 expiry) external nonReentrant {
        Book memory b = _open();
        b.checkRunning();
        Seat seat = b.seatOf(_records, msg.sender);
        if (expiry <= block.timestamp || expiry > block.timestamp + LONGEST_CONSENT) {
            revert ISLAEscrow.ExpiryOutOfRange(expiry, block.timestamp + 1, block.timestamp + LONGEST_CONSENT);
        }
        _check(b, consent);
        emit ISLAEscrow.ConsentGiven(seat, consent, expiry);

        bytes32 own = _key(seat, consent);
        bytes32 others = _key(seat == Seat.Provider ? Seat.Client : Seat.Provider, consent);
        if (_records.consents[others] > block.timestamp) {
            delete _records.consents[others];
            delete _records.consents[own];
            _execute(b, consent);
            b.settle(_records);
        } else {
            _records.consents[own] = expiry;
        }
        b.store(_records);
    }

    /// @notice See {ISLAEscrow-revoke}.
    function revoke(Consent calldata consent) external nonReentrant {
        Book memory b = _open();
        Seat seat = b.seatOf(_records, msg.sender);
        bytes32 key = _key(seat, consent);
        if (_records.consents[key] == 0) revert ISLAEscrow.NoSuchConsent();
        delete _records.consents[key];
        emit ISLAEscrow.ConsentRevoked(seat, consent);
        b.store(_records);
    }

    /// @notice See {ISLAEscrow-consentOf}.
    function consentOf(Seat seat, Consent calldata consent) external view onlyAgreement returns (uint256) {
        return _records.consents[_key(seat, consent)];
    }

    function _key(Seat seat, Consent calldata consent) private view returns (bytes32) {
        return keccak256(abi.encode(seat, _records.handovers, consent));
    }

    function _check(Book memory b, Consent calldata consent) private view {
        ConsentKind kind = consent.kind;
        bool fits = kind != ConsentKind.None
            && (kind == ConsentKind.Credit || (consent.period == 0 && consent.revision == 0 && consent.credit == 0))
            && (kind == ConsentKind.Oracle || kind == ConsentKind.Arbiter || consent.account == address(0))
            && (kind == ConsentKind.End || consent.end == 0);
        if (!fits) revert ISLAEscrow.MalformedConsent();
        if (kind == ConsentKind.Credit) {
            _checkCredit(b, consent);
        } else if (kind == ConsentKind.Oracle) {
            b.checkRoles(_records, consent.account, b.arbiter(_records));
        } else if (kind == ConsentKind.Arbiter) {
            b.checkRoles(_records, b.oracle(_records), consent.account);
        } else {
            uint256 present = Calendar.lastEnd(b.t, b.endSet(_records));
            if (consent.end < block.timestamp) revert ISLAEscrow.EndInThePast(consent.end, block.timestamp);
            if (consent.end >= present) revert ISLAEscrow.EndNotEarlier(consent.end, present);
        }
    }

    function _checkCredit(Book memory b, Consent calldata consent) private view {
        uint256 period = consent.period;
        uint256 least;
        uint256 most;
        if (b.isOpen(_records, period)) {
            Case memory c = b.loadCase(_records, period);
            if (consent.revision != c.revision) revert ISLAEscrow.WrongRevision(consent.revision, c.revision);
            least = c.provider.claimedAt != 0 ? c.provider.credit : c.reportCredit;
            most = c.client.claimedAt != 0 ? c.client.credit : c.reportCredit;
        } else {
            b.checkCurrent(_records, period);
            b.checkStanding(_records, period, consent.revision);
            most = period < b.t.burnInPeriods() ? 0 : CreditTable.capUp(b.t, b.feeOf(_records, period));
        }
        if (consent.credit < least || consent.credit > most) {
            revert ISLAEscrow.CreditOutOfRange(consent.credit, least, most);
        }
    }

    function _execute(Book memory b, Consent calldata consent) private {
        ConsentKind kind = consent.kind;
        if (kind == ConsentKind.Credit) {
            if (b.isOpen(_records, consent.period)) {
                b.agreeOpen(_records, consent.period, consent.credit, block.timestamp);
            } else {
                b.agreeCurrent(_records, consent.credit, block.timestamp);
            }
        } else if (kind == ConsentKind.Oracle) {
            _records.oracle = consent.account;
            b.set(Books.ORACLE_MOVED, true);
            emit ISLAEscrow.OracleChanged(consent.account);
        } else if (kind == ConsentKind.Arbiter) {
            _records.arbiter = consent.account;
            b.set(Books.ARBITER_MOVED, true);
            emit ISLAEscrow.ArbiterChanged(consent.account);
        } else {
            b.setEnd(_records, consent.end);
            emit ISLAEscrow.Terminated(Seat.None, Exit.None, consent.end);
        }
    }

    // ----------------------------------------------------------------------------------------------------- seats

    /// @notice See {ISLAEscrow-offerSeat}.
    function offerSeat(address to) external nonReentrant {
        Book memory b = _open();
        Seat seat = b.seatOf(_records, msg.sender);
        _records.offeredTo[seat] = to;
        emit ISLAEscrow.SeatOffered(seat, to);
        b.store(_records);
    }

    // -------------------------------------------------------------------------------------------- foreign tokens

    /// @notice See {ISLAEscrow-sweep}.
    function sweep(address token) external nonReentrant {
        Book memory b = _open();
        b.store(_records);
        IERC20 own = IERC20(b.t.token());
        if (token == address(own)) revert ISLAEscrow.OwnToken(token);
        uint256 before = own.balanceOf(address(this));
        uint256 amount = IERC20(token).balanceOf(address(this));
        if (amount == 0) revert ISLAEscrow.NothingToPay();
        address to = b.client(_records);
        emit ISLAEscrow.Swept(token, to, amount);
        IERC20(token).safeTransfer(to, amount);
        // Some tokens have a second address; what moves the agreement's money is not foreign.
        if (own.balanceOf(address(this)) != before) revert ISLAEscrow.OwnToken(token);
    }

    // -------------------------------------------------------------------------------------------------- describe

    /// @notice See {ISLAEscrow-state}. Refused while a payout is under way: the tokens would be counted twice.
    function state() external view onlyAgreement nonReentrantView returns (State memory s) {
        Book memory b;
        b.peek(_records);
        _describeParties(b, s);
        _describeMoney(b, s);
        _describePeriod(b, s);
    }

    /// @notice See {ISLAEscrow-disputeOf}.
    function disputeOf(uint256 period) external view onlyAgreement returns (Dispute memory d) {
        Book memory b;
        b.peek(_records);
        bool isOpen = b.isOpen(_records, period);
        if (!isOpen && (period != b.period || !b.has(Books.DISPUTED))) return d;
        Case memory c = isOpen ? b.loadCase(_records, period) : Books.loadClaims(_records, period);
        d.provider = _claim(c.provider);
        d.client = _claim(c.client);
        d.disputedAt = Settlement.disputedAt(c);
        d.isOpen = isOpen;
        if (isOpen) {
            (d.revision, d.reportCredit, d.reportBits) = (c.revision, c.reportCredit, c.reportBits);
            (d.agreedCredit, d.held) = (c.agreedCredit, c.held);
        } else {
            (d.revision, d.reportCredit, d.reportBits) = b.standing(_records);
        }
    }

    /// @notice See {ISLAEscrow-chronicPeriods}.
    function chronicPeriods(uint256 rule) external view onlyAgreement returns (uint256) {
        Book memory b;
        b.peek(_records);
        b.loadChronic(_records, rule);
        return b.chronic[rule];
    }

    function _claim(Offer memory offer) private pure returns (Claim memory) {
        return Claim(offer.credit, offer.pledge, offer.bits, offer.claimedAt);
    }

    function _describeParties(Book memory b, State memory s) private view {
        s.providerAccepted = b.has(Books.PROVIDER_ACCEPTED);
        s.clientAccepted = b.has(Books.CLIENT_ACCEPTED);
        s.provider = b.provider(_records);
        s.client = b.client(_records);
        s.oracle = b.oracle(_records);
        s.arbiter = b.arbiter(_records);
        if (b.isActive()) s.phase = b.has(Books.CLOSED) ? Phase.Closed : Phase.Active;
        else s.phase = b.isDraft(block.timestamp) ? Phase.Draft : Phase.Lapsed;
    }

    function _describeMoney(Book memory b, State memory s) private view {
        b.loadStanding(_records);
        b.loadDebts(_records);
        b.loadOpen(_records);
        s.balance = b.balance;
        s.earnings = b.earnings;
        s.bond = b.bond;
        s.owed = b.owed;
        s.bondShortSince = b.bondShortSince;
        s.pledges = b.pledges(_records);
        s.held = b.held(_records);
        s.openDisputes = b.openDisputes;
        s.creditsGiven = b.creditsGiven;
        s.unabsorbed = b.unabsorbed(_records);
        s.committed = b.commitment(_records, block.timestamp);
        uint256 all = s.balance + Ledger.absorbable(s.balance, s.unabsorbed);
        uint256 bound = s.committed + s.owed;
        s.withdrawable = all > bound ? all - bound : 0;
    }

    function _describePeriod(Book memory b, State memory s) private view {
        s.period = b.period;
        s.periods = b.periodCount(_records);
        s.end = Calendar.lastEnd(b.t, b.endSet(_records));
        s.leaveUntil = b.leaveUntil(_records);
        if (s.phase != Phase.Active || s.period >= s.periods) return;
        uint256 silentAt = b.silentAt(_records);
        if (!b.has(Books.REPORTED) && block.timestamp < silentAt) {
            uint256 base = silentAt - b.t.reportWindow();
            s.stage = block.timestamp < base ? Stage.Running : Stage.Awaiting;
            return;
        }
        (s.revision, s.credit,) = b.standing(_records);
        if (b.has(Books.DISPUTED)) {
            s.stage = Stage.Disputed;
            s.disputedAt = b.since;
        } else {
            s.stage = Stage.Reported;
            s.reportedAt = b.has(Books.REPORTED) ? b.since : silentAt;
        }
    }
}
