// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dispute, Phase, State} from "../../../contracts/interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {Outsiders} from "./Outsiders.sol";
import {Story} from "./Story.sol";
import {vm} from "./Vm.sol";

/// @notice The handler with what must hold after every act. The engine drops whatever an invariant changes, so a check
/// settles, waits and pays out as it likes.
contract Checks is Outsiders {
    uint256 private constant BLOCK_GAS = 30_000_000;

    /// @param count 1, or 2 for twins
    constructor(uint256 count) Story(count) {}

    // ----------------------------------------------------------------------------------------------------- books

    function checkBooks() external {
        if (copies.length == 0) return;
        ISLAEscrow copy = copies[0];
        vm.warp(time);
        State memory s = copy.state();
        _checkOrder(s);
        vm.recordLogs();
        copy.settle();
        _keepBooks();
        State memory settled = copy.state();
        _must(keccak256(abi.encode(s)) == keccak256(abi.encode(settled)), "state() says what settle() does");
        _checkBuckets(s);
        _checkRoles(s);
        _checkDisputes(s);
        _checkSolvency(copy, s);
    }

    function _checkBuckets(State memory s) private view {
        _must(s.balance == 0 || s.owed == 0, "M > 0 implies that nothing is owed");
        _must(int256(s.balance) - int256(s.owed) == _net(), "M - owed = in - out - dues");
        _must(s.earnings == _earnings(), "P = dues - owed + pledges + bond - claimed");
        _must(s.bond == _bondNow(), "B = posted - drawn - released");
        _must(s.pledges == _pledges(), "Q = pledges of open disputes");
        _must(s.held == heldNow, "held = sum of the differences");
        _must(s.creditsGiven == given && given <= termCreditCap, "credits given <= term cap");
        _must(s.committed == _committed(), "committed = held + started fees + notice fees");
        _must(s.period == current && s.periods == periods && s.end == end, "periods are resolved in order");
        _must((s.phase == Phase.Active || s.phase == Phase.Closed) == active, "active once both accepted");
        _must((s.phase == Phase.Closed) == closed, "closed once all is resolved");
    }

    function _checkRoles(State memory s) private view {
        _must(s.provider != s.client && s.arbiter != s.provider && s.arbiter != s.client, "roles stay distinct");
        _must(s.arbiter != s.oracle, "roles stay distinct");
        address[4] memory all = [s.provider, s.client, s.oracle, s.arbiter];
        for (uint256 i; i < 4; ++i) {
            _must(all[i] != address(0) && all[i] != address(TOKEN) && all[i] != address(copies[0]), "a role is a person");
        }
    }

    /// @dev Pledges and held, added up over what the agreement says of its disputes; and no report that was disputed
    /// has changed.
    function _checkDisputes(State memory s) private view {
        (uint256 pledges, uint256 held) = (0, 0);
        for (uint256 i; i < disputes.length; ++i) {
            uint256 k = disputes[i];
            bool isOpen = !history[k].resolved;
            // Those that are over are looked at in turn.
            if (!isOpen && i != time % disputes.length) continue;
            Dispute memory d = copies[0].disputeOf(k);
            if (!isOpen) {
                _must(d.disputedAt == 0 && d.revision == 0 && d.held == 0, "a resolved dispute leaves nothing behind");
                continue;
            }
            Period storage p = history[k];
            _must(d.revision == p.revision && d.reportCredit == p.credit, "after a dispute the report never changes");
            _must(d.provider.credit == p.provider.credit && d.client.credit == p.client.credit, "claims are irrevocable");
            _must(d.disputedAt == p.since, "a dispute keeps its time");
            (pledges, held) = (pledges + d.provider.pledge + d.client.pledge, held + d.held);
        }
        _must(s.pledges == pledges, "Q = pledges of open disputes");
        _must(s.held == held, "held = sum of the differences");
    }

    function _checkSolvency(ISLAEscrow copy, State memory s) private {
        uint256 all = s.balance + s.earnings + s.bond + s.pledges;
        _must(TOKEN.balanceOf(address(copy)) >= all, "balanceOf >= M + P + B + Q");
        copy.sync();
        _keepBooks();
        s = copy.state();
        all = s.balance + s.earnings + s.bond + s.pledges;
        _must(TOKEN.balanceOf(address(copy)) == all, "balanceOf = M + P + B + Q after absorbing");
        _must(int256(s.balance) - int256(s.owed) == _net(), "what is absorbed is the client's");
        _must(s.balance == 0 || s.owed == 0, "arrears are paid first");
    }

    // -------------------------------------------------------------------------------------------------- laziness

    /// @dev The poked twin is what the lazy one is, once both have counted what came.
    function checkTwins() external {
        if (copies.length != 2) return;
        vm.warp(time);
        vm.recordLogs();
        copies[0].sync();
        copies[1].sync();
        _keepBooks();
        _must(_selfOf(copies[0]) == _selfOf(copies[1]), "laziness is invisible");
        _must(TOKEN.balanceOf(address(copies[0])) == TOKEN.balanceOf(address(copies[1])), "twins hold the same");
        _must(told[address(copies[0])] == told[address(copies[1])], "twins announce the same, in the same order");
    }

    /// @dev All that an agreement says of itself.
    function _selfOf(ISLAEscrow copy) private view returns (bytes32 self) {
        self = keccak256(abi.encode(copy.state()));
        for (uint256 i; i < disputes.length; ++i) {
            self = keccak256(abi.encode(self, copy.disputeOf(disputes[i])));
        }
        for (uint256 i; i < rules; ++i) {
            self = keccak256(abi.encode(self, copy.chronicPeriods(i)));
        }
    }

    // --------------------------------------------------------------------------------------------------- silence

    /// @dev From here on nobody acts but one party. Each of the stories starts in the state that was reached.
    function checkSilence() external {
        if (copies.length == 0) return;
        ISLAEscrow copy = copies[0];
        vm.warp(time);
        State memory s = copy.state();
        bool drafted = s.phase == Phase.Draft || s.phase == Phase.Lapsed;

        uint256 snapshot = vm.snapshotState();
        if (s.withdrawable != 0) _withdraws(copy, s, s.withdrawable);
        _clientLeaves(copy, drafted);
        vm.revertToStateAndDelete(snapshot);

        if (s.earnings + (drafted ? s.bond : 0) != 0) _claims(copy, s);
        _providerLeaves(copy, drafted);
        if (!drafted) _lastOneOut(copy);
    }

    /// @dev All of M by the last moment, by the client's calls alone.
    function _clientLeaves(ISLAEscrow copy, bool drafted) private {
        vm.warp(_max(time, _lastMoment()));
        uint256 gas = gasleft();
        State memory s = copy.state();
        _must(gas - gasleft() < BLOCK_GAS, "a forgotten agreement can be read");
        _must(s.committed == 0, "nothing is committed for ever");
        _must(drafted || s.phase == Phase.Closed, "everything closes by the last moment");
        _must(s.withdrawable == s.balance + s.unabsorbed - _min(s.owed, s.unabsorbed), "all of M is free");
        if (s.withdrawable != 0) _withdraws(copy, s, s.withdrawable);
        _must(copy.state().balance == 0, "the client leaves nothing");
    }

    /// @dev P now and B by then, by the provider's calls alone.
    function _providerLeaves(ISLAEscrow copy, bool drafted) private {
        vm.warp(_max(time, _lastMoment()));
        State memory s = copy.state();
        _must(drafted || s.phase == Phase.Closed, "everything closes by the last moment");
        if (!drafted) _must(s.bond == 0 && s.pledges == 0, "bond and pledges are given back");
        if (s.earnings + (drafted ? s.bond : 0) != 0) _claims(copy, s);
        s = copy.state();
        _must(s.earnings == 0 && s.bond == 0 && s.pledges == 0, "the provider leaves nothing");
    }

    /// @dev After Closed and both payouts the balance is zero.
    function _lastOneOut(ISLAEscrow copy) private {
        State memory s = copy.state();
        if (s.withdrawable != 0) _withdraws(copy, s, s.withdrawable);
        s = copy.state();
        // Tokens that paid arrears on the way are the provider's.
        if (s.earnings != 0 || (s.owed != 0 && s.unabsorbed != 0)) _claims(copy, s);
        _must(TOKEN.balanceOf(address(copy)) == 0, "after Closed and both payouts the balance is zero");
    }

    function _withdraws(ISLAEscrow copy, State memory s, uint256 amount) private {
        uint256 before = TOKEN.balanceOf(s.client);
        uint256 gas = gasleft();
        vm.prank(s.client);
        copy.withdraw(s.client, amount);
        _must(gas - gasleft() < BLOCK_GAS, "a forgotten agreement is resolved within a block");
        _must(TOKEN.balanceOf(s.client) == before + amount, "the client gets what is free");
    }

    function _claims(ISLAEscrow copy, State memory s) private {
        uint256 before = TOKEN.balanceOf(s.provider);
        uint256 gas = gasleft();
        vm.prank(s.provider);
        copy.claim(s.provider);
        _must(gas - gasleft() < BLOCK_GAS, "a forgotten agreement is resolved within a block");
        _must(TOKEN.balanceOf(s.provider) >= before + s.earnings, "the provider gets its earnings");
    }
}
