// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {
    Claim,
    Consent,
    ConsentKind,
    Dispute,
    Exit,
    Measurement,
    Phase,
    Ruling,
    Seat,
    Stage,
    State
} from "./interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {Book, Books, Case, Debts, Offer, Records, Standing} from "./libraries/Book.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {CreditTable} from "./libraries/CreditTable.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {Roles} from "./libraries/Roles.sol";
import {Outcome, Settlement, Step} from "./libraries/Settlement.sol";
import {PackedTerms, TermsCodec} from "./libraries/TermsCodec.sol";

/// @title The implementation of {ISLAEscrow}
contract SLAEscrow is ISLAEscrow, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Books for Book;
    using Settlement for Book;
    using Commitment for Book;

    uint256 private constant LONGEST_CONSENT = 30 days;

    address private immutable _IMPLEMENTATION = address(this);

    Records private _records;

    // ----------------------------------------------------------------------------------------- draft and funding

    /// @inheritdoc ISLAEscrow
    function accept(bytes32 agreedTerms) external nonReentrant {
        Book memory b = _open();
        if (!b.isDraft(block.timestamp)) revert NotDraft();
        if (agreedTerms != b.t.hash()) revert TermsDiffer(agreedTerms, b.t.hash());
        _absorb(b);
        Seat seat = _seatOf(b, msg.sender);
        uint16 flag = seat == Seat.Provider ? Books.PROVIDER_ACCEPTED : Books.CLIENT_ACCEPTED;
        if (b.has(flag)) revert AlreadyAccepted(seat);

        uint256 bond;
        if (seat == Seat.Client) {
            uint256 fee = Calendar.feeOf(b.t, 0, 0);
            if (b.hot.balance < fee) revert BalanceTooLow(b.hot.balance, fee);
        } else if (b.t.bond() != 0) {
            bond = b.t.bond();
            b.loadDebts(_records).bond = uint96(bond);
        }
        b.set(flag, true);
        emit Accepted(seat, msg.sender);
        if (b.isActive()) emit Activated();
        b.store(_records);

        if (bond != 0) _pull(b, bond);
    }

    /// @inheritdoc ISLAEscrow
    function fund(uint256 amount) external nonReentrant {
        _fund(amount);
    }

    /// @inheritdoc ISLAEscrow
    function fundWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        // Anyone may have used the permit first: then the allowance stands already, and decides.
        try IERC20Permit(_terms().token()).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _fund(amount);
    }

    /// @inheritdoc ISLAEscrow
    function sync() external nonReentrant {
        Book memory b = _open();
        _absorb(b);
        b.store(_records);
    }

    // --------------------------------------------------------------------------------------- report and disputes

    /// @inheritdoc ISLAEscrow
    function report(uint256 period, uint256 revision, Measurement[] calldata measurements, bytes32 evidence)
        external
        nonReentrant
    {
        Book memory b = _open();
        address oracle = b.oracle(_records);
        if (msg.sender != oracle) revert NotTheOracle(msg.sender, oracle);
        _checkRunning(b);
        _checkCurrent(b, period);
        _checkReportable(b, period, revision);
        (uint256 credit, uint256 bits) = _creditOf(b, period, measurements);

        b.hot.since = uint40(block.timestamp);
        b.set(Books.REPORTED, true);
        // A first report without credit leaves the second slot alone, stale as it is.
        b.set(Books.DETAILED, credit != 0 || revision != 0);
        if (b.has(Books.DETAILED)) {
            Standing memory standing = b.loadStanding(_records);
            (standing.credit, standing.revision, standing.bits) = (uint96(credit), uint8(revision), uint8(bits));
        }
        emit Reported(period, revision, credit, evidence, measurements);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function dispute(uint256 period, uint256 revision, Measurement[] calldata measurements, bytes32 evidence)
        external
        nonReentrant
    {
        Book memory b = _open();
        _absorb(b);
        _checkRunning(b);
        Seat seat = _seatOf(b, msg.sender);
        _checkCurrent(b, period);
        _checkStanding(b, period, revision);
        _writeSilence(b);
        Offer storage offer = seat == Seat.Provider ? _records.cases[period].provider : _records.cases[period].client;
        if (offer.claimedAt != 0) revert AlreadyClaimed(seat, period);

        (uint256 credit, uint256 bits) = _creditOf(b, period, measurements);
        uint256 reported = b.has(Books.DETAILED) ? b.loadStanding(_records).credit : 0;
        bool better = seat == Seat.Client ? credit > reported : credit < reported;
        if (!better) revert ClaimNotBetter(credit, reported);
        uint256 pledge = CreditTable.pledgeUp(b.t, credit, reported);

        if (!b.has(Books.DISPUTED)) {
            b.set(Books.DISPUTED, true);
            b.hot.since = uint40(block.timestamp);
        }
        (offer.credit, offer.pledge, offer.claimedAt, offer.bits) =
            (uint96(credit), uint96(pledge), uint40(block.timestamp), uint8(bits));
        b.loadStakes(_records).pledges += uint96(pledge);
        emit Disputed(period, seat, credit, pledge, evidence, measurements);
        b.store(_records);

        if (pledge != 0) _pull(b, pledge);
    }

    /// @inheritdoc ISLAEscrow
    function rule(uint256 period, Ruling ruling) external nonReentrant {
        Book memory b = _open();
        address arbiter = b.arbiter(_records);
        if (msg.sender != arbiter) revert NotTheArbiter(msg.sender, arbiter);
        if (ruling == Ruling.None) revert NoRuling();
        if (!_isOpen(b, period)) revert NoOpenDispute(period);
        _record(b.rule(_records, period, ruling, block.timestamp), b);
        _settle(b);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function settle() external nonReentrant {
        _open().store(_records);
    }

    // -------------------------------------------------------------------------------------------------- two keys

    /// @inheritdoc ISLAEscrow
    function agree(Consent calldata consent, uint256 expiry) external nonReentrant {
        Book memory b = _open();
        _checkRunning(b);
        Seat seat = _seatOf(b, msg.sender);
        if (expiry <= block.timestamp || expiry > block.timestamp + LONGEST_CONSENT) {
            revert ExpiryOutOfRange(expiry, block.timestamp + 1, block.timestamp + LONGEST_CONSENT);
        }
        _checkConsent(b, consent);
        emit ConsentGiven(seat, consent, expiry);

        bytes32 others = _consentKey(seat == Seat.Provider ? Seat.Client : Seat.Provider, consent);
        if (_records.consents[others] > block.timestamp) {
            delete _records.consents[others];
            delete _records.consents[_consentKey(seat, consent)];
            _execute(b, consent);
            _settle(b);
        } else {
            _records.consents[_consentKey(seat, consent)] = expiry;
        }
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function revoke(Consent calldata consent) external nonReentrant {
        Book memory b = _open();
        Seat seat = _seatOf(b, msg.sender);
        bytes32 key = _consentKey(seat, consent);
        if (_records.consents[key] == 0) revert NoSuchConsent();
        delete _records.consents[key];
        emit ConsentRevoked(seat, consent);
        b.store(_records);
    }

    // ---------------------------------------------------------------------------------------- bond, money, exits

    /// @inheritdoc ISLAEscrow
    function postBond() external nonReentrant {
        Book memory b = _open();
        _absorb(b);
        _checkRunning(b);
        Debts memory debts = b.loadDebts(_records);
        uint256 missing = b.t.bond() - debts.bond;
        if (missing == 0) revert BondIsWhole();
        debts.bond += uint96(missing);
        debts.bondShortSince = 0;
        emit BondPosted(msg.sender, missing);
        b.store(_records);
        _pull(b, missing);
    }

    /// @inheritdoc ISLAEscrow
    function claim(address to) external nonReentrant {
        Book memory b = _open();
        _checkSeat(b.provider(_records));
        if (b.has(Books.OWING)) _absorb(b);
        uint256 amount = b.hot.earnings;
        b.hot.earnings = 0;
        bool unaccepts;
        if (!b.isActive()) {
            Debts memory debts = b.loadDebts(_records);
            amount += debts.bond;
            debts.bond = 0;
            unaccepts = _unaccept(b, Seat.Provider, Books.PROVIDER_ACCEPTED);
        }
        if (amount == 0 && !unaccepts) revert NothingToPay();
        emit Claimed(to, amount);
        b.store(_records);
        if (amount != 0) IERC20(b.t.token()).safeTransfer(to, amount);
    }

    /// @inheritdoc ISLAEscrow
    function withdraw(address to, uint256 amount) external nonReentrant {
        Book memory b = _open();
        _checkSeat(b.client(_records));
        _absorb(b);
        uint256 committed = b.commitment(_records, block.timestamp);
        uint256 free = b.hot.balance > committed ? b.hot.balance - committed : 0;
        if (amount > free) revert AmountAboveFree(amount, free);
        bool unaccepts = !b.isActive() && _unaccept(b, Seat.Client, Books.CLIENT_ACCEPTED);
        if (amount == 0 && !unaccepts) revert NothingToPay();
        b.hot.balance -= uint96(amount);
        emit Withdrawn(to, amount);
        b.store(_records);
        if (amount != 0) IERC20(b.t.token()).safeTransfer(to, amount);
    }

    /// @inheritdoc ISLAEscrow
    function terminate(Exit exit) external nonReentrant {
        Book memory b = _open();
        _absorb(b);
        _checkRunning(b);
        Seat seat = _seatOf(b, msg.sender);
        uint256 present = Calendar.lastEnd(b.t, b.endSet(_records));
        if (block.timestamp >= present) revert AgreementOver();

        uint256 end = block.timestamp;
        if (exit == Exit.Notice) {
            end = b.noticeEnd(block.timestamp);
            if (end >= present) revert EndNotEarlier(end, present);
        } else {
            if (exit == Exit.None) revert NoExit();
            if (end < b.t.start()) revert NotStarted(end, b.t.start());
            _checkExitAtOnce(b, exit);
        }
        emit Terminated(seat, exit, end);
        _setEnd(b, end);
        _settle(b);
        b.store(_records);
    }

    // ----------------------------------------------------------------------------------------------------- seats

    /// @inheritdoc ISLAEscrow
    function offerSeat(address to) external nonReentrant {
        Book memory b = _open();
        Seat seat = _seatOf(b, msg.sender);
        _records.offeredTo[seat] = to;
        emit SeatOffered(seat, to);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function takeSeat(Seat seat, uint256 leastBalance, uint256 latestEnd) external nonReentrant {
        Book memory b = _open();
        address offeredTo = _records.offeredTo[seat];
        if (msg.sender != offeredTo) revert SeatNotOffered(msg.sender, offeredTo);
        if (b.hot.balance < leastBalance) revert BalanceBelowAccepted(b.hot.balance, leastBalance);
        uint256 end = Calendar.lastEnd(b.t, b.endSet(_records));
        if (end > latestEnd) revert EndAfterAccepted(end, latestEnd);

        delete _records.offeredTo[seat];
        // Consents were given to the party that leaves.
        ++_records.handovers;
        if (seat == Seat.Provider) {
            _records.provider = msg.sender;
            b.set(Books.PROVIDER_MOVED, true);
        } else {
            _records.client = msg.sender;
            b.set(Books.CLIENT_MOVED, true);
        }
        _checkRoles(b, b.oracle(_records), b.arbiter(_records));
        emit SeatTaken(seat, msg.sender);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function sweep(address token) external nonReentrant {
        Book memory b = _open();
        b.store(_records);
        IERC20 own = IERC20(b.t.token());
        if (token == address(own)) revert OwnToken(token);
        uint256 before = own.balanceOf(address(this));
        uint256 amount = IERC20(token).balanceOf(address(this));
        if (amount == 0) revert NothingToPay();
        address to = b.client(_records);
        emit Swept(token, to, amount);
        IERC20(token).safeTransfer(to, amount);
        // Some tokens have a second address; what moves the agreement's money is not foreign.
        if (own.balanceOf(address(this)) != before) revert OwnToken(token);
    }

    // ----------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ISLAEscrow
    function terms() external view returns (bytes memory) {
        if (address(this) == _IMPLEMENTATION) revert ImplementationIsInert();
        return Clones.fetchCloneArgs(address(this));
    }

    /// @inheritdoc ISLAEscrow
    function termsHash() external view returns (bytes32) {
        return _terms().hash();
    }

    /// @inheritdoc ISLAEscrow
    function state() external view returns (State memory s) {
        Book memory b = _peek();
        _describeParties(b, s);
        _describeMoney(b, s);
        _describePeriod(b, s);
    }

    /// @inheritdoc ISLAEscrow
    function disputeOf(uint256 period) external view returns (Dispute memory d) {
        Book memory b = _peek();
        Case memory c = b.loadCase(_records, period);
        d.provider = Claim(c.provider.credit, c.provider.pledge, c.provider.bits, c.provider.claimedAt);
        d.client = Claim(c.client.credit, c.client.pledge, c.client.bits, c.client.claimedAt);
        d.disputedAt = uint40(Settlement.disputedAt(c));
        if (d.disputedAt == 0) return d;
        d.isSplit = c.isSplit;
        d.isOpen = _isOpen(b, period);
        if (d.isSplit) {
            (d.revision, d.reportCredit, d.reportBits) = (c.revision, c.reportCredit, c.reportBits);
            (d.agreedCredit, d.held) = (c.agreedCredit, c.held);
        } else if (period == b.hot.period) {
            (d.revision, d.reportCredit, d.reportBits) = _report(b);
        }
    }

    /// @inheritdoc ISLAEscrow
    function consentOf(Seat seat, Consent calldata consent) external view returns (uint256) {
        return _records.consents[_consentKey(seat, consent)];
    }

    /// @inheritdoc ISLAEscrow
    function seatOffer(Seat seat) external view returns (address) {
        return _records.offeredTo[seat];
    }

    /// @inheritdoc ISLAEscrow
    function chronicPeriods(uint256 rule_) external view returns (uint256) {
        return _peek().loadChronic(_records, rule_);
    }

    // ------------------------------------------------------------------------------------- open, settle, record

    function _terms() private view returns (PackedTerms) {
        if (address(this) == _IMPLEMENTATION) revert ImplementationIsInert();
        return TermsCodec.wrap(Clones.fetchCloneArgs(address(this)));
    }

    /// @dev The records, with all that is due settled.
    function _open() private returns (Book memory b) {
        b.t = _terms();
        b.hot = _records.hot;
        _settle(b);
    }

    /// @dev The same in memory only.
    function _peek() private view returns (Book memory b) {
        b.t = _terms();
        b.hot = _records.hot;
        while (b.next(_records, block.timestamp).step != Step.None) {}
    }

    function _settle(Book memory b) private {
        while (true) {
            Outcome memory o = b.next(_records, block.timestamp);
            if (o.step == Step.None) return;
            _record(o, b);
        }
    }

    /// @dev Write down and announce what a step of settling did.
    function _record(Outcome memory o, Book memory b) private {
        if (o.providerPledge != 0) emit PledgeMoved(o.period, Seat.Provider, o.providerPledgeTo, o.providerPledge);
        if (o.clientPledge != 0) emit PledgeMoved(o.period, Seat.Client, o.clientPledgeTo, o.clientPledge);
        if (o.step == Step.Final) {
            emit PeriodFinal(o.period, o.ruling, o.credit, o.earned, o.fromBond, o.dueAt);
        } else if (o.step == Step.Split) {
            _records.cases[o.period] = b.split;
            emit Split(o.period, o.credit, o.earned, o.held, o.fromBond, o.dueAt);
        } else {
            emit Closed(o.fromBond, o.dueAt);
        }
        for (uint256 rules = o.chronicRules; rules != 0; rules &= rules - 1) {
            emit ChronicFailure(LibBit.ffs(rules), o.period, o.leaveUntil);
        }
    }

    // ---------------------------------------------------------------------------------------------------- checks

    /// @dev Both acceptances stand and something is still to come.
    function _checkRunning(Book memory b) private pure {
        if (!b.isActive() || b.has(Books.CLOSED)) revert NotActive();
    }

    function _checkSeat(address holder) private view {
        if (msg.sender != holder) revert NotTheSeat(msg.sender, holder);
    }

    function _seatOf(Book memory b, address account) private view returns (Seat) {
        if (account == b.client(_records)) return Seat.Client;
        if (account == b.provider(_records)) return Seat.Provider;
        revert NotAParty(account);
    }

    function _checkCurrent(Book memory b, uint256 period) private view {
        if (period != b.hot.period || period >= b.periodCount(_records)) {
            revert NotTheCurrentPeriod(period, b.hot.period);
        }
    }

    function _checkReportable(Book memory b, uint256 period, uint256 revision) private view {
        uint256 base = Calendar.baseOf(b.t, period, b.endSet(_records));
        if (block.timestamp < base) revert ReportTooEarly(block.timestamp, base);
        if (b.has(Books.DISPUTED)) revert ReportIsFrozen(period);
        uint256 close = base + b.t.reportWindow();
        if (block.timestamp >= close) revert ReportTooLate(block.timestamp, close);
        uint256 expected;
        if (b.has(Books.REPORTED)) {
            (uint256 standing,,) = _report(b);
            // The number above means silence.
            expected = Ledger.min(standing + 1, Books.SILENCE - 1);
            if (standing == expected) revert WrongRevision(revision, expected);
        }
        if (revision != expected) revert WrongRevision(revision, expected);
    }

    /// @dev A report, or silence, stands for the current period, and it is `revision`.
    function _checkStanding(Book memory b, uint256 period, uint256 revision) private view {
        if (!b.has(Books.REPORTED) && block.timestamp < b.silentAt(_records)) revert NothingReported(period);
        (uint256 actual,,) = _report(b);
        if (revision != actual) revert WrongRevision(revision, actual);
    }

    function _checkExitAtOnce(Book memory b, Exit exit) private view {
        if (exit == Exit.NonPayment) {
            _checkSeat(b.provider(_records));
            uint256 running = Calendar.indexAt(b.t, block.timestamp);
            uint256 graceEnd = Calendar.startOf(b.t, running) + b.t.fundingGrace();
            if (block.timestamp < graceEnd) revert GraceNotOver(block.timestamp, graceEnd);
            uint256 needed = b.due(_records, block.timestamp);
            if (!b.has(Books.OWING) && b.hot.balance >= needed) revert FeesAreCovered(b.hot.balance, needed);
            return;
        }
        _checkSeat(b.client(_records));
        if (exit == Exit.ChronicFailure) {
            uint256 until = _leaveUntil(b);
            if (block.timestamp >= until) revert NoChronicRight(block.timestamp, until);
        } else {
            uint256 since = b.loadDebts(_records).bondShortSince;
            uint256 grace = b.t.fundingGrace();
            if (since == 0 || block.timestamp < since + grace) revert BondNotShortLongEnough(since, grace);
        }
    }

    function _checkRoles(Book memory b, address oracle, address arbiter) private view {
        Roles.check(b.provider(_records), b.client(_records), oracle, arbiter, b.t.token(), address(this));
    }

    // --------------------------------------------------------------------------------------------------- consent

    function _consentKey(Seat seat, Consent calldata consent) private view returns (bytes32) {
        return keccak256(abi.encode(seat, _records.handovers, consent));
    }

    function _checkConsent(Book memory b, Consent calldata consent) private view {
        ConsentKind kind = consent.kind;
        bool fits = kind != ConsentKind.None
            && (kind == ConsentKind.Credit || (consent.period == 0 && consent.revision == 0 && consent.credit == 0))
            && (kind == ConsentKind.Oracle || kind == ConsentKind.Arbiter || consent.account == address(0))
            && (kind == ConsentKind.End || consent.end == 0);
        if (!fits) revert MalformedConsent();
        if (kind == ConsentKind.Credit) {
            _checkAgreedCredit(b, consent);
        } else if (kind == ConsentKind.Oracle) {
            _checkRoles(b, consent.account, b.arbiter(_records));
        } else if (kind == ConsentKind.Arbiter) {
            _checkRoles(b, b.oracle(_records), consent.account);
        } else {
            uint256 present = Calendar.lastEnd(b.t, b.endSet(_records));
            if (consent.end < block.timestamp) revert EndInThePast(consent.end, block.timestamp);
            if (consent.end >= present) revert EndNotEarlier(consent.end, present);
        }
    }

    function _checkAgreedCredit(Book memory b, Consent calldata consent) private view {
        uint256 period = consent.period;
        uint256 least;
        uint256 most;
        if (_isOpen(b, period)) {
            Case memory c = b.loadCase(_records, period);
            if (consent.revision != c.revision) revert WrongRevision(consent.revision, c.revision);
            least = c.provider.claimedAt != 0 ? c.provider.credit : c.reportCredit;
            most = c.client.claimedAt != 0 ? c.client.credit : c.reportCredit;
        } else {
            _checkCurrent(b, period);
            _checkStanding(b, period, consent.revision);
            most = period < b.t.burnInPeriods() ? 0 : CreditTable.capUp(b.t, b.feeOf(_records, period));
        }
        if (consent.credit < least || consent.credit > most) revert CreditOutOfRange(consent.credit, least, most);
    }

    /// @dev Both keys agree.
    function _execute(Book memory b, Consent calldata consent) private {
        ConsentKind kind = consent.kind;
        if (kind == ConsentKind.Credit) {
            Outcome memory o = _isOpen(b, consent.period)
                ? b.agreeOpen(_records, consent.period, consent.credit, block.timestamp)
                : b.agreeCurrent(_records, consent.credit, block.timestamp);
            _record(o, b);
        } else if (kind == ConsentKind.Oracle) {
            _records.oracle = consent.account;
            b.set(Books.ORACLE_MOVED, true);
            emit OracleChanged(consent.account);
        } else if (kind == ConsentKind.Arbiter) {
            _records.arbiter = consent.account;
            b.set(Books.ARBITER_MOVED, true);
            emit ArbiterChanged(consent.account);
        } else {
            emit Terminated(Seat.None, Exit.None, consent.end);
            _setEnd(b, consent.end);
        }
    }

    // ---------------------------------------------------------------------------------------------------- pieces

    function _fund(uint256 amount) private {
        // First the transfer, then all reading: whatever the token does in between is seen.
        IERC20(_terms().token()).safeTransferFrom(msg.sender, address(this), amount);
        Book memory b = _open();
        bool over = b.has(Books.CLOSED) || (!b.isActive() && !b.isDraft(block.timestamp));
        if (over) revert AgreementOver();
        _absorb(b);
        b.store(_records);
    }

    /// @dev What arrived becomes the client's balance.
    function _absorb(Book memory b) private {
        uint256 amount = Ledger.absorbable(b.hot.balance, _unabsorbed(b));
        if (amount == 0) return;
        emit Funded(amount);
        b.raise(_records, amount);
    }

    function _unabsorbed(Book memory b) private view returns (uint256) {
        uint256 known = uint256(b.hot.balance) + b.hot.earnings;
        if (b.t.bond() != 0) known += b.loadDebts(_records).bond;
        if (b.has(Books.DISPUTED | Books.OPEN)) known += b.loadStakes(_records).pledges;
        uint256 actual = IERC20(b.t.token()).balanceOf(address(this));
        return actual > known ? actual - known : 0;
    }

    /// @dev Take exactly `amount` from the caller. Comes last: the records already count it.
    function _pull(Book memory b, uint256 amount) private {
        IERC20 token = IERC20(b.t.token());
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = token.balanceOf(address(this)) - before;
        if (arrived != amount) revert ArrivedAmountDiffers(arrived, amount);
    }

    /// @dev Taking money out of a draft takes the acceptance back.
    function _unaccept(Book memory b, Seat seat, uint16 flag) private returns (bool accepted) {
        accepted = b.has(flag);
        if (!accepted) return false;
        b.set(flag, false);
        emit Unaccepted(seat);
    }

    function _setEnd(Book memory b, uint256 end) private view {
        b.loadStanding(_records).end = uint40(end);
        b.set(Books.ENDED, true);
    }

    /// @dev The credit of `measurements` in `period`, after the period's cap.
    function _creditOf(Book memory b, uint256 period, Measurement[] calldata measurements)
        private
        view
        returns (uint256 credit, uint256 bits)
    {
        CreditTable.check(b.t, period, b.endSet(_records), measurements);
        if (period < b.t.burnInPeriods()) return (0, 0);
        return CreditTable.creditUp(b.t, measurements, b.feeOf(_records, period));
    }

    /// @dev What stands for the current period; silence when nothing was reported.
    function _report(Book memory b) private view returns (uint8 revision, uint96 credit, uint8 bits) {
        if (!b.has(Books.REPORTED)) return (Books.SILENCE, uint96(b.silenceCredit(_records)), 0);
        if (!b.has(Books.DETAILED)) return (0, 0, 0);
        Standing memory standing = b.loadStanding(_records);
        return (standing.revision, standing.credit, standing.bits);
    }

    /// @dev A dispute freezes silence like a report.
    function _writeSilence(Book memory b) private view {
        if (b.has(Books.REPORTED)) return;
        Standing memory standing = b.loadStanding(_records);
        (standing.revision, standing.credit, standing.bits) = _report(b);
        b.set(Books.REPORTED | Books.DETAILED, true);
    }

    function _isOpen(Book memory b, uint256 period) private view returns (bool) {
        return b.has(Books.OPEN) && period < 256 && b.loadOpen(_records) & (1 << period) != 0;
    }

    function _leaveUntil(Book memory b) private view returns (uint256) {
        uint256 boundary = b.loadStanding(_records).leavePeriod;
        return boundary == 0 ? 0 : Calendar.boundary(b.t, boundary);
    }

    // ------------------------------------------------------------------------------------------------- describe

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
        Debts memory debts = b.loadDebts(_records);
        s.balance = b.hot.balance;
        s.earnings = b.hot.earnings;
        s.bond = debts.bond;
        s.owed = debts.owed;
        s.bondShortSince = debts.bondShortSince;
        s.pledges = b.loadStakes(_records).pledges;
        s.held = b.loadStakes(_records).held;
        s.unabsorbed = _unabsorbed(b);
        s.committed = b.commitment(_records, block.timestamp);
        uint256 all = s.balance + Ledger.absorbable(s.balance, s.unabsorbed);
        uint256 bound = s.committed + s.owed;
        s.withdrawable = all > bound ? all - bound : 0;
        s.creditsGiven = b.loadStanding(_records).creditsGiven;
    }

    function _describePeriod(Book memory b, State memory s) private view {
        uint256 end = b.endSet(_records);
        s.period = b.hot.period;
        s.periods = b.periodCount(_records);
        s.end = Calendar.lastEnd(b.t, end);
        s.openDisputes = b.loadOpen(_records);
        s.leaveUntil = _leaveUntil(b);
        if (s.phase != Phase.Active || s.period >= s.periods) return;
        uint256 silentAt = b.silentAt(_records);
        if (!b.has(Books.REPORTED) && block.timestamp < silentAt) {
            uint256 base = silentAt - b.t.reportWindow();
            s.stage = block.timestamp < base ? Stage.Running : Stage.Awaiting;
            return;
        }
        (s.revision, s.credit,) = _report(b);
        if (b.has(Books.DISPUTED)) {
            s.stage = Stage.Disputed;
            s.disputedAt = b.hot.since;
        } else {
            s.stage = Stage.Reported;
            s.reportedAt = b.has(Books.REPORTED) ? b.hot.since : silentAt;
        }
    }
}
