// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement, Phase, Stage, State, Terms} from "./interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {ISLALens, Summary} from "./interfaces/ISLALens.sol";
import {Calendar} from "./libraries/Calendar.sol";
import {CreditTable} from "./libraries/CreditTable.sol";
import {Ledger} from "./libraries/Ledger.sol";
import {PackedTerms, TermsCodec} from "./libraries/TermsCodec.sol";
import {TermsValidation} from "./libraries/TermsValidation.sol";

/// @title The implementation of {ISLALens}
contract SLALens is ISLALens {
    /// @inheritdoc ISLALens
    function termsOf(address agreement) external view returns (Terms memory) {
        return TermsCodec.decode(ISLAEscrow(agreement).terms());
    }

    /// @inheritdoc ISLALens
    function summary(address agreement) external view returns (Summary memory s) {
        PackedTerms t = _terms(agreement);
        State memory state = ISLAEscrow(agreement).state();
        s.agreement = agreement;
        s.token = t.token();
        s.phase = state.phase;
        s.state = state;
        s.fee = t.fee();
        s.start = t.start();
        s.bondMissing = t.bond() - state.bond;
        uint256 end = _endSet(t, state);
        _describePeriod(s, t, state, end);
        s.fundedThrough = _fundedThrough(t, state, end);
        s.lastResolvedBy = _lastResolvedBy(t, state, end);
        s.arbiterMayRuleUntil = _rulingDeadline(agreement, t, state);
        _describeOptions(s, t, state, end);
    }

    /// @inheritdoc ISLALens
    function creditOf(address agreement, uint256 period, Measurement[] calldata measurements)
        external
        view
        returns (uint256 credit)
    {
        PackedTerms t = _terms(agreement);
        State memory state = ISLAEscrow(agreement).state();
        _checkPeriod(state, period);
        uint256 end = _endSet(t, state);
        (uint256 length, uint256 full) = Calendar.lengthOf(t, period, end);
        CreditTable.check(t, length, full, measurements);
        if (period < t.burnInPeriods()) return 0;
        (credit,) = CreditTable.creditUp(t, measurements, Calendar.feeOf(t, period, end));
    }

    /// @inheritdoc ISLALens
    function periodOf(address agreement, uint256 period)
        external
        view
        returns (uint256 start, uint256 end, uint256 fee, uint256 base)
    {
        PackedTerms t = _terms(agreement);
        State memory state = ISLAEscrow(agreement).state();
        _checkPeriod(state, period);
        uint256 endSet = _endSet(t, state);
        start = Calendar.startOf(t, period);
        end = Calendar.endOf(t, period, endSet);
        fee = Calendar.feeOf(t, period, endSet);
        base = Calendar.baseOf(t, period, endSet);
    }

    /// @inheritdoc ISLALens
    function pledgeOf(address agreement, uint256 credit, uint256 reportCredit) external view returns (uint256) {
        return CreditTable.pledgeUp(_terms(agreement), credit, reportCredit);
    }

    /// @inheritdoc ISLALens
    function decode(bytes calldata packed) external pure returns (Terms memory) {
        return TermsCodec.decode(packed);
    }

    /// @inheritdoc ISLALens
    function encode(Terms calldata terms) external pure returns (bytes memory) {
        return TermsCodec.encode(terms);
    }

    /// @inheritdoc ISLALens
    function validate(bytes calldata packed, uint256 time) external pure {
        TermsValidation.check(TermsCodec.check(packed), time);
    }

    // --------------------------------------------------------------------------------------------------- internal

    function _terms(address agreement) private view returns (PackedTerms) {
        return TermsCodec.wrap(ISLAEscrow(agreement).terms());
    }

    function _checkPeriod(State memory state, uint256 period) private pure {
        if (period >= state.periods) revert NoSuchPeriod(period, state.periods);
    }

    /// @dev The end a termination set, or 0: the calendar's way to say that nothing is cut.
    function _endSet(PackedTerms t, State memory state) private pure returns (uint256) {
        return state.end == Calendar.lastEnd(t, 0) ? 0 : state.end;
    }

    function _describePeriod(Summary memory s, PackedTerms t, State memory state, uint256 end) private view {
        if (block.timestamp >= state.end) s.runningPeriod = state.periods;
        else if (block.timestamp >= s.start) s.runningPeriod = Calendar.indexAt(t, block.timestamp);
        if (state.period >= state.periods) return;
        s.periodStart = Calendar.startOf(t, state.period);
        s.periodEnd = Calendar.endOf(t, state.period, end);
        s.periodFee = Calendar.feeOf(t, state.period, end);
        s.reportFrom = Calendar.baseOf(t, state.period, end);
        s.reportUntil = s.reportFrom + t.reportWindow();
        if (state.stage == Stage.Disputed) s.resolvesAt = state.disputedAt + t.disputeWindow();
        else if (state.stage == Stage.Reported) s.resolvesAt = state.reportedAt + t.disputeWindow();
        else if (state.stage != Stage.None) s.resolvesAt = s.reportUntil + t.disputeWindow();
        bool open = state.stage == Stage.Awaiting || state.stage == Stage.Reported;
        if (open && block.timestamp < s.reportUntil) s.oracleMayReportUntil = s.reportUntil;
    }

    /// @dev Every period that ends by then is paid for by what is in the agreement, beyond arrears and what is held.
    function _fundedThrough(PackedTerms t, State memory state, uint256 end) private pure returns (uint256 through) {
        uint256 money = state.balance + Ledger.absorbable(state.balance, state.unabsorbed);
        uint256 bound = state.owed + state.held;
        if (money < bound) return 0;
        money -= bound;
        uint256 k = state.period;
        through = k == 0 ? 0 : Calendar.startOf(t, k);
        for (; k < state.periods; ++k) {
            uint256 fee = Calendar.feeOf(t, k, end);
            if (money < fee) break;
            money -= fee;
            through = Calendar.endOf(t, k, end);
        }
    }

    /// @dev After this nothing can be open any more, whoever stays silent.
    function _lastResolvedBy(PackedTerms t, State memory state, uint256 end) private pure returns (uint256) {
        if (state.periods == 0) return state.end;
        return Calendar.baseOf(t, state.periods - 1, end) + t.reportWindow() + 2 * t.disputeWindow() + t.rulingWindow();
    }

    /// @dev The earliest deadline among open disputes: it belongs to the lowest period.
    function _rulingDeadline(address agreement, PackedTerms t, State memory state) private view returns (uint256) {
        if (state.openDisputes == 0) return 0;
        uint256 period;
        while (state.openDisputes & (1 << period) == 0) ++period;
        return ISLAEscrow(agreement).disputeOf(period).disputedAt + t.disputeWindow() + t.rulingWindow();
    }

    function _describeOptions(Summary memory s, PackedTerms t, State memory state, uint256 end) private view {
        s.client.payout = state.withdrawable;
        // What arrived and was not counted yet pays arrears first, which `claim` sees to.
        uint256 arriving = Ledger.absorbable(state.balance, state.unabsorbed);
        s.provider.payout = state.earnings + Ledger.min(state.owed, arriving);
        if (state.phase == Phase.Draft) {
            if (!state.providerAccepted) s.provider.acceptUntil = s.start;
            if (!state.clientAccepted) s.client.acceptUntil = s.start;
        }
        if (state.phase == Phase.Draft || state.phase == Phase.Lapsed) s.provider.payout += state.bond;
        if (state.phase != Phase.Active) return;
        _describeDispute(s, state);
        if (block.timestamp >= state.end) return;
        uint256 noticeEnd = _noticeEnd(t);
        if (noticeEnd < state.end) (s.provider.leaveByNoticeEnd, s.client.leaveByNoticeEnd) = (noticeEnd, noticeEnd);
        if (block.timestamp < s.start) return;
        if (state.leaveUntil > block.timestamp) s.client.leaveAtOnceUntil = Ledger.min(state.leaveUntil, state.end);
        if (state.bondShortSince != 0 && block.timestamp >= state.bondShortSince + t.fundingGrace()) {
            s.client.leaveAtOnceUntil = type(uint256).max;
        }
        if (_isUnpaid(s, t, state, end)) s.provider.leaveAtOnceUntil = type(uint256).max;
    }

    function _describeDispute(Summary memory s, State memory state) private view {
        if (state.stage == Stage.Reported) {
            (s.provider.disputeUntil, s.client.disputeUntil) = (s.resolvesAt, s.resolvesAt);
        } else if (state.stage == Stage.Disputed) {
            bool byProvider = ISLAEscrow(s.agreement).disputeOf(state.period).provider.claimedAt != 0;
            bool byClient = ISLAEscrow(s.agreement).disputeOf(state.period).client.claimedAt != 0;
            if (!byProvider) s.provider.disputeUntil = s.resolvesAt;
            if (!byClient) s.client.disputeUntil = s.resolvesAt;
        }
    }

    function _noticeEnd(PackedTerms t) private view returns (uint256) {
        uint256 notice = t.noticePeriods();
        if (block.timestamp < t.start()) return Calendar.startOf(t, notice);
        return Calendar.boundary(t, Calendar.indexAt(t, block.timestamp) + notice + 1);
    }

    /// @dev The provider may leave: fees of started periods are not covered, long enough into the running one.
    function _isUnpaid(Summary memory s, PackedTerms t, State memory state, uint256 end) private view returns (bool) {
        if (block.timestamp < Calendar.startOf(t, s.runningPeriod) + t.fundingGrace()) return false;
        uint256 money = state.balance + Ledger.absorbable(state.balance, state.unabsorbed);
        uint256 needed = state.owed + state.held;
        for (uint256 k = state.period; k <= s.runningPeriod; ++k) {
            needed += Calendar.feeOf(t, k, end);
        }
        return money < needed;
    }
}
