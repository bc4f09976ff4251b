// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

import {ChronicRule, Ruling, Seat} from "../interfaces/AgreementTypes.sol";
import {Book, Books, Case, Offer, Records} from "./Book.sol";
import {Calendar} from "./Calendar.sol";
import {CreditTable} from "./CreditTable.sol";
import {Ledger} from "./Ledger.sol";

/// @dev What a step of settling did.
enum Step {
    None,
    Final,
    Split,
    Released
}

/// @dev What happened, for the event and the records. `credit` and `earned` are totals of the period.
struct Outcome {
    Step step;
    Ruling ruling;
    uint256 period;
    uint256 credit;
    uint256 earned;
    uint256 held;
    uint256 fromBond;
    uint256 dueAt;
    uint256 chronicRules; // bit r: rule r gives the right to leave
    uint256 leaveUntil;
    uint256 providerPledge;
    Seat providerPledgeTo;
    uint256 clientPledge;
    Seat clientPledgeTo;
}

/// @title What becomes due, and what it does
/// @notice Works on the records in memory only, so views and calls share it. Never reverts.
library Settlement {
    using Books for Book;

    uint256 private constant NEVER = type(uint256).max;

    // ------------------------------------------------------------------------------------------------------- due

    /// @notice Do the earliest thing that is due at `time`; ties go to the lower period. `Step.None`: nothing is due.
    function next(Book memory b, Records storage r, uint256 time) internal view returns (Outcome memory o) {
        if (!b.isActive() || b.has(Books.CLOSED)) return o;
        uint256 due = currentDue(b, r);
        if (b.has(Books.OPEN)) {
            // Deadlines of rulings rise with the period, so the lowest open one is the earliest.
            b.loadOpen(r);
            uint256 period = LibBit.ffs(b.open);
            uint256 ruledBy = rulingEnd(b, r, period);
            if (ruledBy <= time && ruledBy <= due) return rule(b, r, period, Ruling.Declined, ruledBy);
        }
        if (due <= time) return b.has(Books.DISPUTED) ? _split(b, r, due) : _final(b, r, due);
        if (due == NEVER && !b.has(Books.OPEN)) {
            uint256 end = Calendar.lastEnd(b.t, b.endSet(r));
            if (end <= time) return _release(b, r, end);
        }
    }

    /// @notice When the current period becomes final, or splits, if nobody acts. NEVER when none is left.
    function currentDue(Book memory b, Records storage r) internal view returns (uint256) {
        if (b.has(Books.REPORTED)) return b.since + b.t.disputeWindow();
        if (b.period >= b.periodCount(r)) return NEVER;
        return silentAt(b, r) + b.t.disputeWindow();
    }

    /// @notice When silence takes the place of the current period's missing report.
    function silentAt(Book memory b, Records storage r) internal view returns (uint256) {
        return Calendar.baseOf(b.t, b.period, b.endSet(r)) + b.t.reportWindow();
    }

    /// @notice When the arbiter's time for an open `period` is over.
    function rulingEnd(Book memory b, Records storage r, uint256 period) internal view returns (uint256) {
        return disputedAt(b.loadCase(r, period)) + b.t.disputeWindow() + b.t.rulingWindow();
    }

    /// @notice d: when the first claim was made.
    function disputedAt(Case memory c) internal pure returns (uint256) {
        if (c.provider.claimedAt == 0) return c.client.claimedAt;
        if (c.client.claimedAt == 0) return c.provider.claimedAt;
        return Ledger.min(c.provider.claimedAt, c.client.claimedAt);
    }

    // --------------------------------------------------------------------------------------------------- resolve

    /// @notice The current period ends with a credit both agreed on; pledges go back.
    function agreeCurrent(Book memory b, Records storage r, uint256 credit, uint256 time)
        internal
        view
        returns (Outcome memory o)
    {
        uint256 period = b.period;
        if (b.has(Books.DISPUTED)) {
            Case memory c = b.loadCase(r, period);
            _movePledges(b, r, c, Ruling.Declined, o);
        }
        uint256 bits = CreditTable.chronicBits(b.t, credit, b.feeOf(r, period));
        _conclude(b, r, credit, bits, time, o);
    }

    /// @notice An open period ends with a credit both agreed on; pledges go back.
    function agreeOpen(Book memory b, Records storage r, uint256 period, uint256 credit, uint256 time)
        internal
        view
        returns (Outcome memory o)
    {
        Case memory c = b.loadCase(r, period);
        _movePledges(b, r, c, Ruling.Declined, o);
        uint256 bits = CreditTable.chronicBits(b.t, credit, b.feeOf(r, period));
        _resolve(b, r, period, c, credit, bits, time, o);
    }

    /// @notice An open period ends as the arbiter said; a claim that was not made counts as `Declined`.
    function rule(Book memory b, Records storage r, uint256 period, Ruling ruling, uint256 time)
        internal
        view
        returns (Outcome memory o)
    {
        Case memory c = b.loadCase(r, period);
        uint256 credit = c.reportCredit;
        uint256 bits = c.reportBits;
        if (ruling == Ruling.Provider || ruling == Ruling.Client) {
            Offer memory picked = ruling == Ruling.Provider ? c.provider : c.client;
            if (picked.claimedAt == 0) ruling = Ruling.Declined;
            else (credit, bits) = (picked.credit, picked.bits);
        }
        o.ruling = ruling;
        _movePledges(b, r, c, ruling, o);
        _resolve(b, r, period, c, credit, bits, time, o);
    }

    // ---------------------------------------------------------------------------------------------------- derive

    /// @notice What stands for the current period: the report, or silence when there is none.
    function standing(Book memory b, Records storage r)
        internal
        view
        returns (uint256 revision, uint256 credit, uint256 bits)
    {
        if (!b.has(Books.REPORTED)) return (Books.SILENCE, _silenceCredit(b, r), 0);
        // The word is stale when a first report gives no credit.
        if (!b.has(Books.DETAILED)) return (0, 0, 0);
        b.loadStanding(r);
        return (b.revision, b.credit, b.bits);
    }

    /// @notice When the client's chronic right to leave at once ends; 0: there is none.
    function leaveUntil(Book memory b, Records storage r) internal view returns (uint256) {
        b.loadStanding(r);
        return b.leavePeriod == 0 ? 0 : Calendar.boundary(b.t, b.leavePeriod);
    }

    function _silenceCredit(Book memory b, Records storage r) private view returns (uint256) {
        uint256 period = b.period;
        if (period < b.t.burnInPeriods()) return 0;
        return CreditTable.shareUp(b.feeOf(r, period), b.t.silenceCredit());
    }

    // -------------------------------------------------------------------------------------------------- internal

    /// @dev Nobody disputed: the report, or silence, stands.
    function _final(Book memory b, Records storage r, uint256 due) private view returns (Outcome memory o) {
        (, uint256 credit, uint256 bits) = standing(b, r);
        _conclude(b, r, credit, bits, due, o);
    }

    /// @dev The current period is resolved with `credit`, as far as the term cap and the bond go.
    function _conclude(Book memory b, Records storage r, uint256 credit, uint256 bits, uint256 due, Outcome memory o)
        private
        view
    {
        uint256 period = b.period;
        uint256 fee = b.feeOf(r, period);
        uint256 fromFee;
        uint256 fromBond;
        if (credit != 0) {
            b.loadStanding(r);
            uint256 above;
            (fromFee, above) = Ledger.divide(Ledger.min(credit, b.t.termCreditCap() - b.creditsGiven), fee);
            b.owe(r, fee - fromFee);
            fromBond = b.draw(r, above, due);
            b.creditsGiven += fromFee + fromBond;
        } else {
            b.owe(r, fee);
        }
        if (bits != 0) _count(b, r, period, bits, due, o);
        _advance(b);
        o.step = Step.Final;
        o.period = period;
        o.credit = fromFee + fromBond;
        o.earned = fee - fromFee;
        o.fromBond = fromBond;
        (o.dueAt, b.lastDue) = (due, due);
    }

    /// @dev Disputed and not settled by hand: what all offers agree on moves, the rest is held.
    function _split(Book memory b, Records storage r, uint256 due) private view returns (Outcome memory o) {
        uint256 period = b.period;
        uint256 fee = b.feeOf(r, period);
        b.loadStanding(r);
        Case memory c = b.loadCase(r, period);
        (c.revision, c.reportCredit, c.reportBits) = standing(b, r);

        bool providerClaims = c.provider.claimedAt != 0;
        uint256 left = b.t.termCreditCap() - b.creditsGiven;
        uint256 lowest = Ledger.min(providerClaims ? c.provider.credit : c.reportCredit, left);
        uint256 highest = Ledger.min(c.client.claimedAt != 0 ? c.client.credit : c.reportCredit, left);

        (uint256 fromFee, uint256 above) = Ledger.divide(lowest, fee);
        uint256 earned = fee - Ledger.min(highest, fee);
        o.held = fee - earned - fromFee;
        b.owe(r, earned);
        o.fromBond = b.draw(r, above, due);
        b.creditsGiven += fromFee + o.fromBond;
        // Silence alone never counts as a bad period, whoever disputes it.
        uint256 bits = c.revision == Books.SILENCE ? 0 : providerClaims ? c.provider.bits : c.reportBits;
        if (bits != 0) _count(b, r, period, bits, due, o);

        c.isSplit = 1;
        c.agreedCredit = lowest;
        c.held = o.held;
        c.fromBond = o.fromBond;
        (b.split, b.splitPeriod) = (c, period + 1);
        b.loadStakes(r);
        b.held += o.held;
        b.loadOpen(r);
        b.open |= 1 << period;
        b.set(Books.OPEN, true);
        _advance(b);
        o.step = Step.Split;
        o.period = period;
        o.credit = fromFee + o.fromBond;
        o.earned = earned;
        o.dueAt = due;
    }

    /// @dev An open period is resolved with `credit`, which no offer is below: beyond what was agreed at the split it
    /// takes what is left of the term cap and of the bond now.
    function _resolve(
        Book memory b,
        Records storage r,
        uint256 period,
        Case memory c,
        uint256 credit,
        uint256 bits,
        uint256 due,
        Outcome memory o
    ) private view {
        uint256 fee = b.feeOf(r, period);
        b.loadStanding(r);
        (uint256 agreedFromFee, uint256 agreedAbove) = Ledger.divide(c.agreedCredit, fee);
        uint256 more = Ledger.min(credit - c.agreedCredit, b.t.termCreditCap() - b.creditsGiven);
        (uint256 fromFee, uint256 above) = Ledger.divide(c.agreedCredit + more, fee);

        b.loadStakes(r);
        b.held -= c.held;
        b.owe(r, c.held - (fromFee - agreedFromFee));
        // What the bond lacked at the split stays lost, as for anyone who did not dispute.
        uint256 drawn = b.draw(r, above - agreedAbove, due);
        b.creditsGiven += fromFee - agreedFromFee + drawn;
        if (bits != 0) _count(b, r, period, bits, due, o);

        b.loadOpen(r);
        b.open &= ~(1 << period);
        b.set(Books.OPEN, b.open != 0);
        o.step = Step.Final;
        o.period = period;
        o.fromBond = c.fromBond + drawn;
        o.credit = fromFee + o.fromBond;
        o.earned = fee - fromFee;
        (o.dueAt, b.lastDue) = (due, due);
    }

    /// @dev All is resolved: the bond is the provider's.
    function _release(Book memory b, Records storage r, uint256 end) private view returns (Outcome memory o) {
        if (b.t.bond() != 0) b.loadDebts(r);
        o.fromBond = b.bond;
        b.earnings += b.bond;
        b.bond = 0;
        b.set(Books.CLOSED, true);
        o.step = Step.Released;
        // The last resolution is part of the same settling, unless there was no period at all.
        o.dueAt = Ledger.max(end, b.lastDue);
    }

    function _advance(Book memory b) private pure {
        ++b.period;
        b.set(Books.REPORTED | Books.DISPUTED | Books.DETAILED, false);
    }

    /// @dev A claimant that was not picked loses its pledge to the other party, a picked one gets it back. When the
    /// report just stands (`Declined`), all pledges go back.
    function _movePledges(Book memory b, Records storage r, Case memory c, Ruling ruling, Outcome memory o) private view {
        bool back = ruling == Ruling.Declined;
        b.loadStakes(r);
        b.pledges -= c.provider.pledge + c.client.pledge;
        o.providerPledge = c.provider.pledge;
        o.providerPledgeTo = back || ruling == Ruling.Provider ? Seat.Provider : Seat.Client;
        o.clientPledge = c.client.pledge;
        o.clientPledgeTo = back || ruling == Ruling.Client ? Seat.Client : Seat.Provider;
        uint256 toProvider;
        uint256 toClient;
        if (o.providerPledgeTo == Seat.Provider) toProvider += o.providerPledge;
        else toClient += o.providerPledge;
        if (o.clientPledgeTo == Seat.Client) toClient += o.clientPledge;
        else toProvider += o.clientPledge;
        b.earnings += toProvider;
        b.raise(r, toClient);
    }

    /// @dev `period` counts as bad for the rules in `bits`. A rule that newly counts it and now has enough bad periods
    /// in some window around it lets the client leave until the end of the period after the one running at `due`.
    function _count(Book memory b, Records storage r, uint256 period, uint256 bits, uint256 due, Outcome memory o)
        private
        view
    {
        uint256 mark = 1 << period;
        uint256 rules = b.t.chronicCount();
        for (uint256 i; i < rules; ++i) {
            if (bits & (1 << i) == 0) continue;
            b.loadChronic(r, i);
            if (b.chronic[i] & mark != 0) continue;
            b.chronic[i] |= mark;
            if (_isChronic(b.chronic[i], period, b.t.chronic(i))) o.chronicRules |= 1 << i;
        }
        if (o.chronicRules == 0) return;
        uint256 until = Ledger.min(Calendar.indexAt(b.t, due) + 2, b.t.periods());
        b.loadStanding(r);
        if (until > b.leavePeriod) b.leavePeriod = until;
        o.leaveUntil = leaveUntil(b, r);
    }

    function _isChronic(uint256 marks, uint256 period, ChronicRule memory rule_) private pure returns (bool) {
        uint256 mask = (1 << rule_.window) - 1;
        uint256 first = period + 1 > rule_.window ? period + 1 - rule_.window : 0;
        for (uint256 from = first; from <= period; ++from) {
            if (LibBit.popCount((marks >> from) & mask) >= rule_.count) return true;
        }
        return false;
    }
}
