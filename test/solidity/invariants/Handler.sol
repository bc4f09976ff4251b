// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
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
} from "../../../contracts/interfaces/AgreementTypes.sol";
import {Summary} from "../../../contracts/interfaces/ISLALens.sol";
import {Reports} from "./Reports.sol";
import {vm} from "./Vm.sol";

/// @notice What the parties, the oracle and the arbiter do. An act that is not possible now does what has to come before
/// it: a ruling needs a dispute, a dispute a report, a report the end of its period.
abstract contract Handler is Reports {
    // ------------------------------------------------------------------------------------------------ the draft

    function accept(uint256 seed) external {
        _accept(_begin(seed));
    }

    function _accept(State memory s) private {
        bool byClient = !s.clientAccepted && (s.providerAccepted || _chance(2));
        bool covered = s.balance + s.unabsorbed >= _feeOf(0);
        if (s.phase != Phase.Draft || (byClient && !covered)) return _transfer(s);
        for (uint256 i; i < copies.length; ++i) {
            bytes32 hash = copies[i].termsHash();
            vm.prank(byClient ? s.client : s.provider);
            copies[i].accept(hash);
        }
        _finish(Act.Accept);
    }

    // ----------------------------------------------------------------------------------------- reports, disputes

    function report(uint256 seed) external {
        _report(_begin(seed));
    }

    function _report(State memory s) private {
        if (s.phase == Phase.Draft) return _accept(s);
        if (s.stage == Stage.Running) s = _goTo(_base(s.period) + _edgy(0, reportWindow - 1));
        bool corrects = s.stage == Stage.Reported && s.revision < 254 && time < _base(s.period) + reportWindow;
        if (s.stage != Stage.Awaiting && !corrects) return _pass(s);
        _reportAll(s, corrects ? s.revision + 1 : 0, _counts(s.period, _severity()));
        _finish(corrects ? Act.Correct : Act.Report);
    }

    /// @dev Nothing to do but wait.
    function _pass(State memory s) private {
        if (_chance(2)) _goTo(_someTime(s));
        _finish(Act.Pass);
    }

    function dispute(uint256 seed) external {
        _dispute(_begin(seed));
    }

    /// A claim or, when the other seat has made one, the answer.
    function _dispute(State memory s) private {
        if (s.stage != Stage.Reported && s.stage != Stage.Disputed) return _report(s);
        Dispute memory d = copies[0].disputeOf(s.period);
        bool byClient = d.provider.claimedAt != 0 || (d.client.claimedAt == 0 && _chance(2));
        if ((byClient ? d.client : d.provider).claimedAt != 0) return _pass(s);
        (Measurement[] memory counts, bool found) = _claimFor(byClient, s.period, s.credit);
        if (!found && s.stage == Stage.Reported) {
            byClient = !byClient;
            (counts, found) = _claimFor(byClient, s.period, s.credit);
        }
        if (!found) return _pass(s);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(byClient ? s.client : s.provider);
            copies[i].dispute(s.period, s.revision, counts, bytes32(0));
        }
        _finish(s.stage == Stage.Disputed ? Act.Answer : Act.Dispute);
    }

    function rule(uint256 seed) external {
        State memory s = _begin(seed);
        if (s.openDisputes == 0) return _dispute(s);
        uint256 k = _anOpen(s);
        Ruling ruling = Ruling(_pick(1, 4));
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.arbiter);
            copies[i].rule(k, ruling);
        }
        _finish(Act.Rule);
    }

    function _anOpen(State memory s) private returns (uint256 k) {
        k = _lowest(s.openDisputes);
        uint256 rest = s.openDisputes & ~(1 << k);
        if (rest != 0 && _chance(2)) k = _lowest(rest);
    }

    // -------------------------------------------------------------------------------------------------- two keys

    function agreeCredit(uint256 seed) external {
        State memory s = _begin(seed);
        Consent memory consent;
        consent.kind = ConsentKind.Credit;
        bool open = s.openDisputes != 0 && (_chance(2) || (s.stage != Stage.Reported && s.stage != Stage.Disputed));
        if (open) {
            uint256 k = _anOpen(s);
            Dispute memory d = copies[0].disputeOf(k);
            uint256 least = d.provider.claimedAt != 0 ? d.provider.credit : d.reportCredit;
            uint256 most = d.client.claimedAt != 0 ? d.client.credit : d.reportCredit;
            (consent.period, consent.revision) = (uint8(k), uint8(d.revision));
            consent.credit = uint96(_edgy(least, most));
        } else {
            if (s.stage != Stage.Reported && s.stage != Stage.Disputed) return _report(s);
            uint256 most = s.period < burnInPeriods ? 0 : _shareUp(_feeOf(s.period), creditCap);
            (consent.period, consent.revision) = (uint8(s.period), uint8(s.revision));
            consent.credit = uint96(_edgy(0, most));
        }
        // The second key may come later, or never.
        if (_chance(5)) return _agreeOne(s, consent);
        (agreed.period, agreed.credit) = (uint256(consent.period) + 1, consent.credit);
        _agree(s, consent);
        _finish(open ? Act.AgreeOpenCredit : Act.AgreeCredit);
    }

    function agreeEnd(uint256 seed) external {
        State memory s = _begin(seed);
        if (s.phase != Phase.Active || s.end <= time || !_chance(4)) return _report(s);
        Consent memory consent;
        (consent.kind, consent.end) = (ConsentKind.End, uint40(_edgy(time, s.end - 1)));
        _agree(s, consent);
        _finish(Act.AgreeEnd);
    }

    function rotate(uint256 seed) external {
        State memory s = _begin(seed);
        if (s.phase != Phase.Active) return _pass(s);
        Consent memory consent;
        if (_chance(2)) {
            consent.kind = ConsentKind.Oracle;
            consent.account = s.oracle == OTHER_ORACLE ? address(COMMITTEE) : OTHER_ORACLE;
        } else {
            consent.kind = ConsentKind.Arbiter;
            consent.account = s.arbiter == ARBITER ? OTHER_ARBITER : ARBITER;
        }
        _agree(s, consent);
        _finish(consent.kind == ConsentKind.Oracle ? Act.RotateOracle : Act.RotateArbiter);
    }

    function _agree(State memory s, Consent memory consent) private {
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.provider);
            copies[i].agree(consent, time + 1 days);
            vm.prank(s.client);
            copies[i].agree(consent, time + 1 days);
        }
    }

    /// @dev A key that is given and taken back again.
    function _agreeOne(State memory s, Consent memory consent) private {
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.client);
            copies[i].agree(consent, time + 30 days);
            vm.prank(s.client);
            copies[i].revoke(consent);
        }
        _finish(Act.Revoke);
    }

    // ----------------------------------------------------------------------------------------------------- money

    function transfer(uint256 seed) external {
        _transfer(_begin(seed));
    }

    function _transfer(State memory s) private {
        uint256 amount = _amount(s);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.client);
            TOKEN.transfer(address(copies[i]), amount);
        }
        _finish(Act.Transfer);
    }

    function fund(uint256 seed) external {
        State memory s = _begin(seed);
        // Exactly then: a closed agreement takes what is owed beyond the tokens that wait in it already, counted or not.
        bool owes = s.phase == Phase.Closed && s.owed > s.unabsorbed;
        if (s.phase != Phase.Draft && s.phase != Phase.Active && !owes) return _transfer(s);
        uint256 amount = _amount(s);
        bool permits = _chance(3);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.client);
            if (permits) copies[i].fundWithPermit(amount, time, 27, bytes32(0), bytes32(0));
            else copies[i].fund(amount);
        }
        _finish(permits ? Act.FundWithPermit : Act.Fund);
    }

    function _amount(State memory s) private returns (uint256) {
        if (s.owed != 0 && _chance(3)) return _pick(s.owed - 1, s.owed + 1);
        return _chance(3) ? fee : _pick(1, 2 * fee);
    }

    function withdraw(uint256 seed) external {
        State memory s = _begin(seed);
        if (s.withdrawable == 0) return _report(s);
        uint256 amount = _edgy(1, s.withdrawable);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.client);
            copies[i].withdraw(s.client, amount);
        }
        _finish(Act.Withdraw);
    }

    function claim(uint256 seed) external {
        State memory s = _begin(seed);
        bool drafted = s.phase == Phase.Draft || s.phase == Phase.Lapsed;
        uint256 payout = s.earnings + _min(s.owed, s.unabsorbed) + (drafted ? s.bond : 0);
        if (payout == 0 && !(drafted && s.providerAccepted)) return _report(s);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.provider);
            copies[i].claim(s.provider);
        }
        _finish(Act.Claim);
    }

    function postBond(uint256 seed) external {
        State memory s = _begin(seed);
        if (s.phase != Phase.Active || s.bond == bond) return _dispute(s);
        address from = _chance(3) ? STRANGER : s.provider;
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(from);
            copies[i].postBond();
        }
        _finish(Act.PostBond);
    }

    // ------------------------------------------------------------------------------------------- leaving, seats

    function depart(uint256 seed) external {
        State memory s = _begin(seed);
        Summary memory all = LENS.summary(address(copies[0]));
        uint256 way = _pick(0, 7);
        if (s.phase == Phase.Active && (all.provider.leaveAtOnceUntil > time || all.client.leaveAtOnceUntil > time)) {
            if (way < 4) return _leaveAtOnce(s, all.provider.leaveAtOnceUntil > time);
        }
        if (way != 7 || all.client.leaveByNoticeEnd == 0) return _dispute(s);
        address by = _chance(2) ? s.client : s.provider;
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(by);
            copies[i].terminate(Exit.Notice);
        }
        _finish(Act.Notice);
    }

    function _leaveAtOnce(State memory s, bool unpaid) private {
        Exit exit = unpaid ? Exit.NonPayment : s.leaveUntil > time ? Exit.ChronicFailure : Exit.BondShort;
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(unpaid ? s.provider : s.client);
            copies[i].terminate(exit);
        }
        _finish(Act.LeaveAtOnce);
    }

    function handOver(uint256 seed) external {
        State memory s = _begin(seed);
        bool providers = _chance(2);
        address from = providers ? s.provider : s.client;
        address to = providers
            ? (from == PROVIDER ? OTHER_PROVIDER : PROVIDER)
            : (from == CLIENT ? OTHER_CLIENT : CLIENT);
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(from);
            copies[i].offerSeat(to);
            vm.prank(to);
            copies[i].takeSeat(providers ? Seat.Provider : Seat.Client, 0, s.end);
        }
        _finish(Act.HandOver);
    }
}
