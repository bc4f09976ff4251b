// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Phase, Stage, State, Terms} from "../../../contracts/interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {Store} from "./Store.sol";
import {Vm, vm} from "./Vm.sol";
import {World} from "./World.sol";

/// @notice How a story goes on: each act has a time, and what the first copy says of itself then. With twins, the second
/// one is poked in between.
abstract contract Story is World, Store {
    enum Act {
        Pass,
        Accept,
        Report,
        Correct,
        Dispute,
        Answer,
        Rule,
        AgreeCredit,
        AgreeOpenCredit,
        AgreeEnd,
        RotateOracle,
        RotateArbiter,
        Revoke,
        HandOver,
        Transfer,
        Fund,
        FundWithPermit,
        Withdraw,
        Claim,
        PostBond,
        Notice,
        LeaveAtOnce,
        Sweep,
        Stranger,
        Forbidden,
        Poke,
        Replay
    }

    uint256 private immutable _COPIES;

    /// How often each act was done.
    mapping(uint256 act => uint256) public done;
    Variety public variety;
    /// All that a copy announced, in its order.
    mapping(address copy => bytes32) internal told;

    /// What was seen at the act before, and must not go back.
    Phase private _seenPhase;
    uint256 private _seenEnd = type(uint256).max;

    constructor(uint256 count) {
        _COPIES = count;
    }

    function actCount() external pure returns (uint256) {
        return uint256(type(Act).max) + 1;
    }

    function varieties() external pure returns (uint256) {
        return uint256(type(Variety).max) + 1;
    }

    // --------------------------------------------------------------------------------------------------- an act

    /// @dev Every act begins here: some time goes by, and the first copy is looked at, which does not touch it.
    function _begin(uint256 seed) internal returns (State memory s) {
        _throw(seed);
        if (copies.length == 0) _open();
        vm.warp(time);
        vm.recordLogs();
        s = copies[0].state();
        if (_chance(3)) s = _goTo(_someTime(s));
        _checkOrder(s);
    }

    function _checkOrder(State memory s) internal {
        _must(s.end <= _seenEnd, "end never rises");
        _must(_seenPhase != Phase.Closed || s.phase == Phase.Closed, "there is no way back from Closed");
        _must(_seenPhase != Phase.Lapsed || s.phase == Phase.Lapsed, "there is no way back from Lapsed");
        _must(_seenPhase != Phase.Active || s.phase != Phase.Draft, "there is no way back to a draft");
        (_seenPhase, _seenEnd) = (s.phase, s.end);
    }

    /// @dev And ends here: what happened goes into the books.
    function _finish(Act act) internal {
        ++done[uint256(act)];
        _keepBooks();
        agreed.period = 0;
    }

    function _keepBooks() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        _take(logs, address(copies[0]));
        if (copies.length == 1) return;
        for (uint256 i; i < logs.length; ++i) {
            // When tokens are counted is up to whoever calls.
            if (logs[i].topics[0] == ISLAEscrow.Funded.selector) continue;
            address by = logs[i].emitter;
            told[by] = keccak256(abi.encode(told[by], logs[i].topics, logs[i].data));
        }
    }

    /// @dev The engine records what a refused call emitted too: nothing of it happened.
    modifier refused() {
        _keepBooks();
        _;
        vm.recordLogs();
    }

    /// @dev The run draws its terms. One story in six is told from the draft on.
    function _open() private {
        variety = Variety(_pick(0, uint256(type(Variety).max)));
        Terms memory x = _terms(variety);
        _read(x);
        _create(x, _COPIES);
        time = NOW;
        vm.recordLogs();
        if (!_chance(6)) {
            uint256 money = fee * _pick(1, 3);
            for (uint256 i; i < copies.length; ++i) {
                vm.prank(CLIENT);
                TOKEN.transfer(address(copies[i]), money);
                bytes32 hash = copies[i].termsHash();
                vm.prank(CLIENT);
                copies[i].accept(hash);
                vm.prank(PROVIDER);
                copies[i].accept(hash);
            }
        }
        _keepBooks();
    }

    // ------------------------------------------------------------------------------------------------------ time

    /// @dev The clock moves to `to`; whoever pokes does so on the way.
    function _goTo(uint256 to) internal returns (State memory) {
        while (copies.length > 1 && _chance(2)) {
            time = _pick(time, to);
            vm.warp(time);
            _poke();
        }
        time = to;
        vm.warp(to);
        return copies[0].state();
    }

    /// @dev A time from now on, most often at or beside the next deadline.
    function _someTime(State memory s) internal returns (uint256) {
        // A draft is short and much can happen in it.
        if (s.phase == Phase.Draft && !_chance(8)) return time + _pick(0, 12 hours);
        uint256 next = _nextDeadline(s);
        uint256 kind = _pick(0, 6);
        // A long silence: what comes due on the way and the ruling that lapses at its end are left to one late call.
        if (kind == 6 && s.openDisputes != 0) return _ruledBy(s) + _pick(0, 1);
        if (kind == 0) return time + _pick(0, 1 days);
        if (kind == 1) return _pick(time, next);
        if (kind == 2) return next - 1;
        return kind == 3 ? next + 1 : next;
    }

    /// @dev The first deadline after now.
    function _nextDeadline(State memory s) private view returns (uint256 next) {
        next = time + 20 days;
        if (s.phase == Phase.Draft) return _earlier(next, start);
        if (s.phase != Phase.Active) return next;
        if (s.end > time) next = _earlier(next + 365 days, s.end);
        if (s.stage == Stage.Running) next = _earlier(next, _base(s.period));
        else if (s.stage == Stage.Awaiting) next = _earlier(next, _base(s.period) + reportWindow);
        else if (s.stage == Stage.Reported) next = _earlier(next, s.reportedAt + disputeWindow);
        else if (s.stage == Stage.Disputed) next = _earlier(next, s.disputedAt + disputeWindow);
        if (s.openDisputes != 0) next = _earlier(next, _ruledBy(s));
    }

    /// @dev When the first of the open disputes lapses.
    function _ruledBy(State memory s) private view returns (uint256) {
        return history[_lowest(s.openDisputes)].since + disputeWindow + rulingWindow;
    }

    function _earlier(uint256 next, uint256 deadline) private view returns (uint256) {
        return deadline > time && deadline < next ? deadline : next;
    }

    function _lowest(uint256 bits) internal pure returns (uint256 k) {
        while (bits & (1 << k) == 0) ++k;
    }

    function _poke() internal virtual;
}
