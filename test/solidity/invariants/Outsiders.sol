// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Consent,
    ConsentKind,
    Exit,
    Measurement,
    Phase,
    Ruling,
    Seat,
    Stage,
    State
} from "../../../contracts/interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// @notice Acts that must change nothing: what a stranger may do without giving, and what nobody may do. A refusal is
/// demanded here, never swallowed.
abstract contract Outsiders is Handler {
    /// A stranger's calls change no entitlement: what the agreement says of itself is the same before and after.
    function stranger(uint256 seed) external {
        State memory s = _begin(seed);
        if (_chance(8)) return _sweep(s);
        if (_chance(2)) return _refuseStranger(s);
        // Tokens that came by plain transfer may be counted by the poke, so they are counted in both.
        bytes32 before = _entitlements(s);
        _poke();
        _must(_entitlements(copies[copies.length - 1].state()) == before, "a stranger changes no entitlement");
        _finish(Act.Stranger);
    }

    function _entitlements(State memory s) internal pure returns (bytes32) {
        uint256 paid = _min(s.owed, s.unabsorbed);
        s.owed -= paid;
        s.earnings += paid;
        s.balance += s.unabsorbed - paid;
        s.unabsorbed = 0;
        return keccak256(abi.encode(s));
    }

    /// @dev Anyone may send a foreign token on.
    function _sweep(State memory s) private {
        for (uint256 i; i < copies.length; ++i) {
            FOREIGN.mint(address(copies[i]), 1);
            uint256 before = FOREIGN.balanceOf(s.client);
            vm.prank(STRANGER);
            copies[i].sweep(address(FOREIGN));
            _must(FOREIGN.balanceOf(s.client) == before + 1, "a sweep goes to the client");
        }
        _finish(Act.Sweep);
    }

    function _refuseStranger(State memory s) private {
        Measurement[] memory counts = _counts(s.period < periods ? s.period : 0, 0);
        Consent memory consent;
        (consent.kind, consent.end) = (ConsentKind.End, uint40(time + 1));
        uint256 kind = _pick(0, 9);
        bytes memory data;
        if (kind == 0) data = abi.encodeCall(ISLAEscrow.accept, (copies[0].termsHash()));
        else if (kind == 1) data = abi.encodeCall(ISLAEscrow.report, (uint32(s.period), 0, counts, 0));
        else if (kind == 2) data = abi.encodeCall(ISLAEscrow.dispute, (s.period, s.revision, counts, 0));
        else if (kind == 3) data = abi.encodeCall(ISLAEscrow.rule, (_lowest(s.openDisputes | 1), Ruling.Report));
        else if (kind == 4) data = abi.encodeCall(ISLAEscrow.agree, (consent, time + 1 days));
        else if (kind == 5) data = abi.encodeCall(ISLAEscrow.claim, (STRANGER));
        else if (kind == 6) data = abi.encodeCall(ISLAEscrow.withdraw, (STRANGER, s.withdrawable));
        else if (kind == 7) data = abi.encodeCall(ISLAEscrow.terminate, (Exit.Notice));
        else if (kind == 8) data = abi.encodeCall(ISLAEscrow.offerSeat, (STRANGER));
        else data = abi.encodeCall(ISLAEscrow.takeSeat, (Seat(_pick(1, 2)), 0, type(uint256).max));
        _refuse(STRANGER, data, "a stranger has no say");
        _finish(Act.Stranger);
    }

    /// What those who have a say must not do: say it twice, too early, too late, or take it back.
    function forbidden(uint256 seed) external {
        State memory s = _begin(seed);
        uint256 kind = _pick(0, 8);
        if (kind == 0) _repeatReport(s);
        else if (kind == 1) _skipRevision(s);
        else if (kind == 2) _repeatClaim(s);
        else if (kind == 3) _repeatRuling(s);
        else if (kind == 4) _lateAgreement(s);
        else if (kind == 5) _raiseEnd(s);
        else if (kind == 6) _overdraw(s);
        else if (kind == 7) _payTwice(s);
        else _changeRoles(s);
        _finish(Act.Forbidden);
    }

    function _repeatReport(State memory s) private {
        // Of a period that is over, or of the current one although it is disputed, not yet over, or its window is.
        uint256 k = s.period;
        bool late = s.stage == Stage.Reported && time >= _base(k) + reportWindow;
        if (!late && s.stage != Stage.Running && s.stage != Stage.Disputed) {
            if (k == 0) return;
            --k;
        }
        uint16 next = uint16(history[k].revision + 1);
        bytes memory data = abi.encodeCall(ISLAEscrow.report, (uint32(k), next, _counts(k, 0), 0));
        _refuse(s.oracle, data, "after a dispute the report never changes");
        data = abi.encodeCall(ISLAEscrow.report, (uint32(k), 0, _counts(k, 0), 0));
        _refuse(s.oracle, data, "a period is reported once, in its window");
    }

    function _skipRevision(State memory s) private {
        if (s.stage != Stage.Reported && s.stage != Stage.Awaiting) return;
        uint256 next = s.stage == Stage.Awaiting || s.revision == 255 ? 0 : s.revision + 1;
        uint256 wrong = _chance(2) ? next + 1 : next == 0 ? 255 : next - 1;
        Measurement[] memory counts = _counts(s.period, 0);
        bytes memory data = abi.encodeCall(ISLAEscrow.report, (uint32(s.period), uint16(wrong), counts, 0));
        _refuse(s.oracle, data, "an old revision never has an effect");
    }

    function _repeatClaim(State memory s) private {
        if (disputes.length == 0) return;
        uint256 k = disputes[_pick(0, disputes.length - 1)];
        // In the dispute that is being answered, only who has claimed is refused.
        bool byClient = k == s.period ? history[k].client.made : _chance(2);
        uint256 badShare = byClient ? 1e9 : 0;
        bytes memory data = abi.encodeCall(ISLAEscrow.dispute, (k, history[k].revision, _counts(k, badShare), 0));
        _refuse(byClient ? s.client : s.provider, data, "one claim a seat, and none after its window");
    }

    function _repeatRuling(State memory s) private {
        for (uint256 k; k < 8; ++k) {
            if (s.openDisputes & (1 << k) != 0) continue;
            bytes memory data = abi.encodeCall(ISLAEscrow.rule, (k, Ruling(_pick(1, 4))));
            return _refuse(s.arbiter, data, "a period resolves once");
        }
    }

    function _lateAgreement(State memory s) private {
        for (uint256 k; k < s.period; ++k) {
            if (s.openDisputes & (1 << k) != 0) continue;
            Consent memory consent;
            (consent.kind, consent.period) = (ConsentKind.Credit, uint8(k));
            consent.revision = uint8(history[k].reported ? history[k].revision : 255);
            bytes memory data = abi.encodeCall(ISLAEscrow.agree, (consent, time + 1 days));
            return _refuse(s.client, data, "a period resolves once");
        }
    }

    function _raiseEnd(State memory s) private {
        Consent memory consent;
        consent.kind = ConsentKind.End;
        consent.end = uint40(_chance(2) ? s.end : _pick(s.end, s.end + 365 days));
        bytes memory data = abi.encodeCall(ISLAEscrow.agree, (consent, time + 1 days));
        _refuse(s.provider, data, "end never rises");
        consent.end = uint40(time - 1);
        _refuse(s.client, abi.encodeCall(ISLAEscrow.agree, (consent, time + 1 days)), "end is never in the past");
        if (s.phase == Phase.Active && time < s.end) return;
        _refuse(s.client, abi.encodeCall(ISLAEscrow.terminate, (Exit.Notice)), "what is over cannot be ended");
        if (s.phase == Phase.Draft) return;
        _refuse(s.client, abi.encodeCall(ISLAEscrow.accept, (copies[0].termsHash())), "there is no way back");
    }

    function _overdraw(State memory s) private {
        bytes memory data = abi.encodeCall(ISLAEscrow.withdraw, (s.client, s.withdrawable + 1));
        _refuse(s.client, data, "withdraw leaves what is committed");
    }

    /// @dev What is over takes no more money once nothing is owed beyond what waits in it, counted or not.
    function _payTwice(State memory s) private {
        if (s.phase != Phase.Lapsed && s.phase != Phase.Closed) return;
        for (uint256 i; i < copies.length && s.owed > s.unabsorbed; ++i) {
            vm.prank(s.client);
            TOKEN.transfer(address(copies[i]), s.owed - s.unabsorbed);
        }
        _refuse(s.client, abi.encodeCall(ISLAEscrow.fund, (1)), "what is over takes no more money");
    }

    function _changeRoles(State memory s) private {
        Consent memory consent;
        consent.kind = _chance(2) ? ConsentKind.Oracle : ConsentKind.Arbiter;
        // The arbiter is neither party nor the oracle.
        bool oracle = consent.kind == ConsentKind.Oracle;
        consent.account = oracle ? s.arbiter : [s.client, s.provider, s.oracle, address(TOKEN)][_pick(0, 3)];
        address by = _chance(2) ? s.client : s.provider;
        _refuse(by, abi.encodeCall(ISLAEscrow.agree, (consent, time + 1 days)), "roles stay distinct");
        _offer(s, s.provider);
        bytes memory data = abi.encodeCall(ISLAEscrow.takeSeat, (Seat.Client, 0, s.end));
        _refuse(s.provider, data, "roles stay distinct");
        _offer(s, address(0));
    }

    function _offer(State memory s, address to) private {
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(s.client);
            copies[i].offerSeat(to);
        }
    }

    function _refuse(address by, bytes memory data, string memory what) private refused {
        for (uint256 i; i < copies.length; ++i) {
            vm.prank(by);
            // solhint-disable-next-line avoid-low-level-calls
            (bool done_,) = address(copies[i]).call(data);
            _must(!done_, what);
        }
    }
}
