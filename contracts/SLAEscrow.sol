// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {AgreementBase} from "./AgreementBase.sol";
import {Consent, Dispute, Exit, Measurement, Ruling, Seat, State} from "./interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {Book, Books} from "./libraries/Book.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {CreditTable} from "./libraries/CreditTable.sol";
import {Desk} from "./libraries/Desk.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {OrdinaryMonth} from "./libraries/OrdinaryMonth.sol";
import {Settlement} from "./libraries/Settlement.sol";
import {PackedTerms, TermsCodec} from "./libraries/TermsCodec.sol";

/// @title The implementation of {ISLAEscrow}
contract SLAEscrow is ISLAEscrow, AgreementBase {
    using SafeERC20 for IERC20;
    using Books for Book;
    using Settlement for Book;
    using Commitment for Book;
    using Desk for Book;

    address private immutable _BACK_OFFICE;

    constructor(address backOffice) {
        _BACK_OFFICE = backOffice;
    }

    // ----------------------------------------------------------------------------------------- draft and funding

    /// @inheritdoc ISLAEscrow
    function accept(bytes32 agreedTerms) external nonReentrant {
        Book memory b = _open();
        if (!b.isDraft(block.timestamp)) revert NotDraft();
        if (agreedTerms != b.t.hash()) revert TermsDiffer(agreedTerms, b.t.hash());
        Seat seat = b.seatOf(_records, msg.sender);
        uint256 flag = seat == Seat.Provider ? Books.PROVIDER_ACCEPTED : Books.CLIENT_ACCEPTED;
        if (b.has(flag)) revert AlreadyAccepted(seat);

        uint256 bond;
        // Without a bond the provider's word needs no count of the money: the client's stands on the first fee.
        if (seat == Seat.Client || b.t.bond() != 0) _absorb(b);
        if (seat == Seat.Client) {
            uint256 fee = Calendar.feeOf(b.t, 0, 0);
            if (b.balance < fee) revert BalanceTooLow(b.balance, fee);
        } else if (b.t.bond() != 0) {
            bond = b.t.bond();
            b.loadDebts(_records);
            b.bond = bond;
        }
        b.set(flag, true);
        emit Accepted(seat, msg.sender);
        b.store(_records);

        if (bond != 0) _pull(b, bond);
    }

    /// @inheritdoc ISLAEscrow
    function fund(uint256 amount) external nonReentrant onlyAgreement {
        _fund(amount);
    }

    /// @inheritdoc ISLAEscrow
    function fundWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        onlyAgreement
    {
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
    function report(uint32 period, uint16 revision, Measurement[] calldata measurements, bytes32 evidence)
        external
        nonReentrantView // no token is called, so it is enough to keep out of other calls
    {
        if (revision == 0) {
            if (_reportOrdinary(period, measurements, evidence)) return;
        }
        Book memory b = _open();
        address oracle = b.oracle(_records);
        if (msg.sender != oracle) revert NotTheOracle(msg.sender, oracle);
        b.checkRunning();
        b.checkCurrent(_records, period);
        _checkReportable(b, period, revision);
        (uint256 credit, uint256 bits) = _creditOf(b, period, measurements);

        b.since = block.timestamp;
        b.set(Books.REPORTED, true);
        // A first report without credit leaves the second slot alone, stale as it is.
        b.set(Books.DETAILED, credit | bits | revision != 0);
        if (b.has(Books.DETAILED)) {
            b.loadStanding(_records);
            (b.credit, b.revision, b.bits) = (credit, revision, bits);
        }
        if (revision != 0) emit Revised(period, revision);
        _announceReport(period, credit, evidence, measurements);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function dispute(uint256 period, uint256 revision, Measurement[] calldata measurements, bytes32 evidence)
        external
        nonReentrant
    {
        Book memory b = _open();
        _absorb(b);
        b.checkRunning();
        Seat seat = b.seatOf(_records, msg.sender);
        b.checkCurrent(_records, period);
        b.checkStanding(_records, period, revision);
        _writeSilence(b);
        if (Books.claimedAt(_records, period, seat) != 0) revert AlreadyClaimed(seat, period);

        (uint256 credit, uint256 bits) = _creditOf(b, period, measurements);
        (, uint256 reported,) = b.standing(_records);
        bool better = seat == Seat.Client ? credit > reported : credit < reported;
        if (!better) revert ClaimNotBetter(credit, reported);
        uint256 pledge = CreditTable.pledgeUp(b.t, credit, reported);

        if (!b.has(Books.DISPUTED)) {
            b.set(Books.DISPUTED, true);
            b.since = block.timestamp;
        }
        Books.storeClaim(_records, period, seat, credit, pledge, block.timestamp, bits);
        emit Disputed(period, seat, credit, pledge, evidence, measurements);
        b.store(_records);

        if (pledge != 0) _pull(b, pledge);
    }

    /// @inheritdoc ISLAEscrow
    function rule(uint256 period, Ruling ruling) external nonReentrantView {
        Book memory b = _open();
        address arbiter = b.arbiter(_records);
        if (msg.sender != arbiter) revert NotTheArbiter(msg.sender, arbiter);
        if (ruling == Ruling.None) revert NoRuling();
        if (!b.isOpen(_records, period)) revert NoOpenDispute(period);
        b.rule(_records, period, ruling, block.timestamp);
        b.settle(_records);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function settle() external nonReentrantView {
        _open().store(_records);
    }

    // -------------------------------------------------------------------------------------------------- two keys

    /// @inheritdoc ISLAEscrow
    function agree(Consent calldata, uint256) external {
        _delegate();
    }

    /// @inheritdoc ISLAEscrow
    function revoke(Consent calldata) external {
        _delegate();
    }

    // ---------------------------------------------------------------------------------------- bond, money, exits

    /// @inheritdoc ISLAEscrow
    function postBond() external nonReentrant {
        Book memory b = _open();
        _absorb(b);
        b.checkRunning();
        b.loadDebts(_records);
        uint256 missing = b.t.bond() - b.bond;
        if (missing == 0) revert BondIsWhole();
        b.bond += missing;
        b.bondShortSince = 0;
        emit BondPosted(msg.sender, missing);
        b.store(_records);
        _pull(b, missing);
    }

    /// @inheritdoc ISLAEscrow
    function claim(address to) external nonReentrant {
        if (_claimOrdinary(to)) return;
        Book memory b = _open();
        _checkSeat(b.provider(_records));
        if (b.has(Books.OWING)) _absorb(b);
        uint256 amount = b.earnings;
        b.earnings = 0;
        bool unaccepts;
        if (!b.isActive()) {
            b.loadDebts(_records);
            amount += b.bond;
            b.bond = 0;
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
        uint256 free = b.balance > committed ? b.balance - committed : 0;
        if (amount > free) revert AmountAboveFree(amount, free);
        bool unaccepts = !b.isActive() && _unaccept(b, Seat.Client, Books.CLIENT_ACCEPTED);
        if (amount == 0 && !unaccepts) revert NothingToPay();
        b.balance -= amount;
        emit Withdrawn(to, amount);
        b.store(_records);
        if (amount != 0) IERC20(b.t.token()).safeTransfer(to, amount);
    }

    /// @inheritdoc ISLAEscrow
    function terminate(Exit exit) external nonReentrant {
        Book memory b = _open();
        _absorb(b);
        b.checkRunning();
        Seat seat = b.seatOf(_records, msg.sender);
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
        b.setEnd(_records, end);
        b.settle(_records);
        b.store(_records);
    }

    // ----------------------------------------------------------------------------------------------------- seats

    /// @inheritdoc ISLAEscrow
    function offerSeat(address) external {
        _delegate();
    }

    /// @inheritdoc ISLAEscrow
    function takeSeat(Seat seat, uint256 leastBalance, uint256 latestEnd) external nonReentrant {
        Book memory b = _open();
        address offeredTo = _records.offeredTo[seat];
        if (msg.sender != offeredTo) revert SeatNotOffered(msg.sender, offeredTo);
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
        b.checkRoles(_records, b.oracle(_records), b.arbiter(_records));
        _absorb(b);
        if (b.balance < leastBalance) revert BalanceBelowAccepted(b.balance, leastBalance);
        uint256 end = Calendar.lastEnd(b.t, b.endSet(_records));
        if (end > latestEnd) revert EndAfterAccepted(end, latestEnd);
        emit SeatTaken(seat, msg.sender);
        b.store(_records);
    }

    /// @inheritdoc ISLAEscrow
    function sweep(address) external {
        _delegate();
    }

    // ----------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ISLAEscrow
    function terms() external view onlyAgreement returns (bytes memory) {
        return Clones.fetchCloneArgs(address(this));
    }

    /// @inheritdoc ISLAEscrow
    function termsHash() external view onlyAgreement returns (bytes32) {
        return _terms().hash();
    }

    /// @inheritdoc ISLAEscrow
    function state() external view elsewhere returns (State memory s) {}

    /// @inheritdoc ISLAEscrow
    function disputeOf(uint256) external view elsewhere returns (Dispute memory d) {}

    /// @inheritdoc ISLAEscrow
    function consentOf(Seat, Consent calldata) external view elsewhere returns (uint256 expiry) {}

    /// @inheritdoc ISLAEscrow
    function seatOffer(Seat seat) external view onlyAgreement returns (address) {
        return _records.offeredTo[seat];
    }

    /// @inheritdoc ISLAEscrow
    function chronicPeriods(uint256) external view elsewhere returns (uint256 bits) {}

    // ------------------------------------------------------------------------------------- run elsewhere

    function _terms() private view returns (PackedTerms) {
        return TermsCodec.ofThisClone();
    }

    /// @dev Run the call in the back office, which brings its own guard. Never returns: what stands after it only names the
    /// answer's type to the compiler.
    function _delegate() private onlyAgreement {
        address backOffice = _BACK_OFFICE;
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let done := delegatecall(gas(), backOffice, data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            switch done
            case 0 { revert(data, returndatasize()) }
            default { return(data, returndatasize()) }
        }
    }

    /// @dev The same for views: the back office's function is a view itself, which the compiler cannot see from here.
    /// It returns for the function, whose own body is never reached.
    modifier elsewhere() {
        function() internal delegate = _delegate;
        function() internal view delegateView;
        assembly ("memory-safe") {
            delegateView := delegate
        }
        delegateView();
        _;
    }

    // -------------------------------------------------------------------------------------------- ordinary month

    /// @dev A month like any other, in one stroke: the period before, if there is one, becomes final with at most a credit
    /// from its fee, this one gets its first report. It is what {report} does anyway, without the book, for half the gas of
    /// what is not storage and events; every other case, and every refusal, is {report}'s. False: not ordinary, nothing was
    /// done.
    function _reportOrdinary(uint256 period, Measurement[] calldata measurements, bytes32 evidence)
        private
        returns (bool)
    {
        uint256 hot = _records.hot;
        if (!_isOrdinary(hot)) return false;
        PackedTerms t = TermsCodec.ofThisClone();
        uint256 before = hot >> 242 & 1; // REPORTED
        if (!OrdinaryMonth.check(t, hot, before, period, measurements)) return false;
        uint256 fee = t.fee();
        uint256 given;
        if (hot & (Books.DETAILED << 240) != 0) {
            uint256 word = _records.standing;
            given = Ledger.min(uint96(word), t.termCreditCap() - uint96(word >> 96));
            // What counts for a chronic rule or takes from the bond is the general path's.
            if (word >> 248 != 0 || given > fee) return false;
            _records.standing = word + (given << 96);
            hot -= Books.DETAILED << 240;
        }
        uint256 credit;
        if (period >= t.burnInPeriods()) {
            credit = CreditTable.combinedUp(t, measurements, fee);
            if (credit != 0) {
                hot |= Books.DETAILED << 240;
                _records.standing =
                    Books.withReport(_records.standing, credit, CreditTable.chronicBits(t, credit, fee));
            }
        }
        unchecked {
            uint256 since = uint40(hot >> 192);
            if (before != 0) {
                // What is earned moves from M to P, time and period move on; no sum leaves its bits.
                uint256 earned = fee - given;
                _records.hot = hot - earned + (earned << 96) + ((block.timestamp - since) << 192) + (1 << 232);
                OrdinaryMonth.announceFinal(period - 1, given, earned, since + t.disputeWindow());
            } else {
                _records.hot = (hot | Books.REPORTED << 240) + ((block.timestamp - since) << 192);
            }
        }
        _announceReport(period, credit, evidence, measurements);
        return true;
    }

    /// @dev A claim between the report of an ordinary month and its end: nothing is due and nothing owed, so P is all there
    /// is to pay. It is what {claim} does anyway, without the book. False: not ordinary, nothing was done.
    function _claimOrdinary(address to) private returns (bool) {
        uint256 hot = _records.hot;
        if (!_isOrdinary(hot) || (hot >> 240) & (Books.REPORTED | Books.PROVIDER_MOVED) != Books.REPORTED) return false;
        PackedTerms t = TermsCodec.ofThisClone();
        uint256 amount = uint96(hot >> 96);
        unchecked {
            if (amount == 0 || msg.sender != t.provider() || uint40(hot >> 192) + t.disputeWindow() <= block.timestamp) {
                return false;
            }
            _records.hot = hot - (amount << 96);
        }
        emit Claimed(to, amount);
        IERC20(t.token()).safeTransfer(to, amount);
        return true;
    }

    /// @dev Virtual for the test that holds both ways equal.
    function _isOrdinary(uint256 hot) internal pure virtual returns (bool) {
        return Books.isOrdinary(hot);
    }

    // ---------------------------------------------------------------------------------------------------- checks

    function _checkSeat(address holder) private view {
        if (msg.sender != holder) revert NotTheSeat(msg.sender, holder);
    }

    function _checkReportable(Book memory b, uint256 period, uint256 revision) private view {
        uint256 base = b.base(_records);
        if (block.timestamp < base) revert ReportTooEarly(block.timestamp, base);
        if (b.has(Books.DISPUTED)) revert ReportIsFrozen(period);
        uint256 close = base + b.t.reportWindow();
        if (block.timestamp >= close) revert ReportTooLate(block.timestamp, close);
        uint256 expected;
        if (b.has(Books.REPORTED)) {
            (uint256 standing,,) = b.standing(_records);
            // The number above means silence.
            expected = Ledger.min(standing + 1, Books.SILENCE - 1);
            if (standing == expected) revert WrongRevision(revision, expected);
        }
        if (revision != expected) revert WrongRevision(revision, expected);
    }

    function _checkExitAtOnce(Book memory b, Exit exit) private view {
        if (exit == Exit.NonPayment) {
            _checkSeat(b.provider(_records));
            uint256 running = Calendar.indexAt(b.t, block.timestamp);
            uint256 graceEnd = Calendar.startOf(b.t, running) + b.t.fundingGrace();
            if (block.timestamp < graceEnd) revert GraceNotOver(block.timestamp, graceEnd);
            uint256 needed = b.due(_records, block.timestamp);
            if (!b.has(Books.OWING) && b.balance >= needed) revert FeesAreCovered(b.balance, needed);
            return;
        }
        _checkSeat(b.client(_records));
        if (exit == Exit.ChronicFailure) {
            uint256 until = b.leaveUntil(_records);
            if (block.timestamp >= until) revert NoChronicRight(block.timestamp, until);
        } else {
            b.loadDebts(_records);
            uint256 since = b.bondShortSince;
            uint256 grace = b.t.fundingGrace();
            if (since == 0 || block.timestamp < since + grace) revert BondNotShortLongEnough(since, grace);
        }
    }

    // ---------------------------------------------------------------------------------------------------- pieces

    function _fund(uint256 amount) private {
        // First the transfer, then all reading: whatever the token does in between is seen.
        IERC20(_terms().token()).safeTransferFrom(msg.sender, address(this), amount);
        Book memory b = _open();
        if (b.isActive() ? b.has(Books.CLOSED) && _isPaid(b, amount) : !b.isDraft(block.timestamp)) revert AgreementOver();
        _absorb(b);
        b.store(_records);
    }

    /// @dev A closed agreement still takes what is owed, unless what waits beside the `amount` just sent pays it already.
    function _isPaid(Book memory b, uint256 amount) private view returns (bool) {
        if (!b.has(Books.OWING)) return true;
        b.loadDebts(_records);
        return b.unabsorbed(_records) >= b.owed + amount;
    }

    /// @dev What arrived becomes the client's balance.
    function _absorb(Book memory b) private {
        uint256 amount = Ledger.absorbable(b.balance, b.unabsorbed(_records));
        if (amount == 0) return;
        emit Funded(amount);
        b.raise(_records, amount);
    }

    /// @dev Take exactly `amount` from the caller, after {_absorb}. Comes last: the records already count it.
    function _pull(Book memory b, uint256 amount) private {
        IERC20 token = IERC20(b.t.token());
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = token.balanceOf(address(this)) - b.tokens;
        if (arrived != amount) revert ArrivedAmountDiffers(arrived, amount);
    }

    /// @dev Taking money out of a draft takes the acceptance back.
    function _unaccept(Book memory b, Seat seat, uint256 flag) private returns (bool accepted) {
        accepted = b.has(flag);
        if (!accepted) return false;
        b.set(flag, false);
        emit Unaccepted(seat);
    }

    /// @dev The credit of `measurements` in the current `period`, after the period's cap.
    function _creditOf(Book memory b, uint256 period, Measurement[] calldata measurements)
        private
        view
        returns (uint256 credit, uint256 bits)
    {
        (uint256 length, uint256 full) = b.length(_records);
        CreditTable.check(b.t, length, full, measurements);
        if (period < b.t.burnInPeriods()) return (0, 0);
        return CreditTable.creditUp(b.t, measurements, b.feeOf(_records, period));
    }

    /// @dev `emit Reported(period, credit, evidence, measurements)`: the numbers were checked before, so they are copied as
    /// they are, for five hundred gas less.
    function _announceReport(uint256 period, uint256 credit, bytes32 evidence, Measurement[] calldata measurements)
        private
    {
        bytes32 topic = Reported.selector;
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := mul(measurements.length, 96)
            mstore(data, period)
            mstore(add(data, 0x20), credit)
            mstore(add(data, 0x40), evidence)
            mstore(add(data, 0x60), 0x80) // where `measurements` begin
            mstore(add(data, 0x80), measurements.length)
            calldatacopy(add(data, 0xa0), measurements.offset, size)
            log1(data, add(size, 0xa0), topic)
        }
    }

    /// @dev A dispute freezes silence like a report.
    function _writeSilence(Book memory b) private view {
        if (b.has(Books.REPORTED)) return;
        b.loadStanding(_records);
        (b.revision, b.credit, b.bits) = b.standing(_records);
        b.set(Books.REPORTED | Books.DETAILED, true);
    }
}
