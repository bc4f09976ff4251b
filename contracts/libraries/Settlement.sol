// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";

import {ChronicRule, Ruling, Seat} from "../interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";
import {Book, Books, Case, Offer, Records} from "./Book.sol";
import {Calendar} from "./Calendar.sol";
import {CreditTable} from "./CreditTable.sol";
import {Ledger} from "./Ledger.sol";

/// @title What becomes due, and what it does
/// @notice Works on the records in memory and announces what happened; a view settles a silent book, which announces
/// nothing. Never reverts.
library Settlement {
    using Books for Book;

    uint256 private constant NEVER = type(uint256).max;

    // ------------------------------------------------------------------------------------------------------- due

    /// @notice Do all that is due by now, in the order of the due times; ties go to the lower period.
    function settle(Book memory b, Records storage r) internal {
        while (b.isRunning() && _step(b, r)) {}
    }

    /// @dev The earliest thing that is due. False: nothing is.
    function _step(Book memory b, Records storage r) private returns (bool) {
        uint256 due = currentDue(b, r);
        if (b.has(Books.OPEN)) {
            // Deadlines of rulings rise with the period, so the lowest open one is the earliest.
            b.loadOpen(r);
            uint256 period = LibBit.ffs(b.openDisputes);
            uint256 ruledBy = rulingEnd(b, r, period);
            if (ruledBy <= block.timestamp && ruledBy <= due) {
                rule(b, r, period, Ruling.Declined, ruledBy);
                return true;
            }
        }
        if (due <= block.timestamp) {
            if (b.has(Books.DISPUTED)) _split(b, r, due);
            else _final(b, r, due);
            return true;
        }
        if (due != NEVER || b.has(Books.OPEN)) return false;
        uint256 end = Calendar.lastEnd(b.t, b.endSet(r));
        if (end > block.timestamp) return false;
        _release(b, r, end);
        return true;
    }

    /// @notice When the current period becomes final, or splits, if nobody acts. NEVER when none is left.
    function currentDue(Book memory b, Records storage r) internal view returns (uint256) {
        if (b.has(Books.REPORTED)) return b.since + b.t.disputeWindow();
        if (b.period >= b.periodCount(r)) return NEVER;
        return silentAt(b, r) + b.t.disputeWindow();
    }

    /// @notice When silence takes the place of the current period's missing report.
    function silentAt(Book memory b, Records storage r) internal view returns (uint256) {
        return b.base(r) + b.t.reportWindow();
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
    function agreeCurrent(Book memory b, Records storage r, uint256 credit, uint256 time) internal {
        uint256 period = b.period;
        if (b.has(Books.DISPUTED)) {
            Case memory c = Books.loadClaims(r, period);
            _movePledges(b, r, c, Ruling.Declined);
            b.clearClaims(r, c);
        }
        uint256 bits = CreditTable.chronicBits(b.t, credit, b.feeOf(r, period));
        _conclude(b, r, credit, bits, time);
    }

    /// @notice An open period ends with a credit both agreed on; pledges go back.
    function agreeOpen(Book memory b, Records storage r, uint256 period, uint256 credit, uint256 time) internal {
        Case memory c = b.loadCase(r, period);
        _movePledges(b, r, c, Ruling.Declined);
        uint256 bits = CreditTable.chronicBits(b.t, credit, b.feeOf(r, period));
        _resolve(b, r, c, Ruling.None, credit, bits, time);
    }

    /// @notice An open period ends as the arbiter said; a claim that was not made counts as `Declined`.
    function rule(Book memory b, Records storage r, uint256 period, Ruling ruling, uint256 time) internal {
        Case memory c = b.loadCase(r, period);
        uint256 credit = c.reportCredit;
        uint256 bits = c.reportBits;
        if (ruling == Ruling.Provider || ruling == Ruling.Client) {
            Offer memory picked = ruling == Ruling.Provider ? c.provider : c.client;
            if (picked.claimedAt == 0) ruling = Ruling.Declined;
            else (credit, bits) = (picked.credit, picked.bits);
        }
        _movePledges(b, r, c, ruling);
        _resolve(b, r, c, ruling, credit, bits, time);
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
    function _final(Book memory b, Records storage r, uint256 due) private {
        (, uint256 credit, uint256 bits) = standing(b, r);
        _conclude(b, r, credit, bits, due);
    }

    /// @dev The current period is resolved with `credit`, as far as the term cap and the bond go.
    function _conclude(Book memory b, Records storage r, uint256 credit, uint256 bits, uint256 due) private {
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
        b.advance();
        _announceFinal(b, period, Ruling.None, fee, fromFee, fromBond, due);
        if (bits != 0) _count(b, r, period, bits, due);
    }

    /// @dev Disputed and not settled by hand: what all offers agree on moves, the rest is held.
    function _split(Book memory b, Records storage r, uint256 due) private {
        uint256 period = b.period;
        uint256 fee = b.feeOf(r, period);
        b.loadStanding(r);
        Case memory c;
        Books.readClaims(c, r, period);
        (c.revision, c.reportCredit, c.reportBits) = standing(b, r);

        bool providerClaims = c.provider.claimedAt != 0;
        uint256 left = b.t.termCreditCap() - b.creditsGiven;
        uint256 lowest = Ledger.min(providerClaims ? c.provider.credit : c.reportCredit, left);
        uint256 highest = Ledger.min(c.client.claimedAt != 0 ? c.client.credit : c.reportCredit, left);

        c.agreedCredit = lowest;
        uint256 earned;
        uint256 fromFee;
        uint256 above;
        (earned, c.held, fromFee, above) = Ledger.split(fee, lowest, highest);
        b.owe(r, earned);
        c.fromBond = b.draw(r, above, due);
        b.creditsGiven += fromFee + c.fromBond;

        b.split = new Case[](1);
        b.split[0] = c;
        b.loadOpen(r);
        b.openDisputes |= 1 << period;
        b.set(Books.OPEN, true);
        b.advance();
        if (!b.isSilent()) emit ISLAEscrow.Split(period, fromFee + c.fromBond, earned, c.held, c.fromBond, due);
        // Silence alone never counts as a bad period, whoever disputes it.
        uint256 bits = c.revision == Books.SILENCE ? 0 : providerClaims ? c.provider.bits : c.reportBits;
        if (bits != 0) _count(b, r, period, bits, due);
    }

    /// @dev An open period is resolved with `credit`, which no offer is below: beyond what was agreed at the split it
    /// takes what is left of the term cap and of the bond now.
    function _resolve(
        Book memory b,
        Records storage r,
        Case memory c,
        Ruling ruling,
        uint256 credit,
        uint256 bits,
        uint256 due
    ) private {
        uint256 fee = b.feeOf(r, c.period);
        b.loadStanding(r);
        uint256 more = Ledger.min(credit - c.agreedCredit, b.t.termCreditCap() - b.creditsGiven);
        (uint256 earned, uint256 fromFee, uint256 above) =
            Ledger.release(fee, c.held, c.agreedCredit, c.agreedCredit + more);
        b.owe(r, earned);
        // What the bond lacked at the split stays lost, as for anyone who did not dispute.
        uint256 drawn = b.draw(r, above, due);
        b.creditsGiven += fromFee + drawn;

        b.loadOpen(r);
        b.openDisputes &= ~(1 << c.period);
        b.set(Books.OPEN, b.openDisputes != 0);
        b.clearCase(r, c);
        fromFee += Ledger.min(c.agreedCredit, fee);
        _announceFinal(b, c.period, ruling, fee, fromFee, c.fromBond + drawn, due);
        if (bits != 0) _count(b, r, c.period, bits, due);
    }

    /// @dev All is resolved: the bond is the provider's.
    function _release(Book memory b, Records storage r, uint256 end) private {
        if (b.t.bond() != 0) b.loadDebts(r);
        uint256 bond = b.bond;
        b.earnings += bond;
        b.bond = 0;
        b.set(Books.CLOSED, true);
        // The last resolution is part of the same settling, unless there was no period at all.
        if (!b.isSilent()) emit ISLAEscrow.Closed(bond, Ledger.max(end, b.lastDue));
    }

    function _announceFinal(
        Book memory b,
        uint256 period,
        Ruling ruling,
        uint256 fee,
        uint256 fromFee,
        uint256 fromBond,
        uint256 due
    ) private {
        b.lastDue = due;
        if (b.isSilent()) return;
        // An ordinary month has neither, and does not pay to say so.
        if (ruling != Ruling.None) emit ISLAEscrow.Ruled(period, ruling);
        if (fromBond != 0) emit ISLAEscrow.BondDrawn(period, fromBond);
        emit ISLAEscrow.PeriodFinal(period, fromFee + fromBond, fee - fromFee, due);
    }

    /// @dev A claimant that was not picked loses its pledge to the other party, a picked one gets it back. When the
    /// report just stands (`Declined`), all pledges go back.
    function _movePledges(Book memory b, Records storage r, Case memory c, Ruling ruling) private {
        bool back = ruling == Ruling.Declined;
        _movePledge(b, r, c, Seat.Provider, c.provider.pledge, back || ruling == Ruling.Provider);
        _movePledge(b, r, c, Seat.Client, c.client.pledge, back || ruling == Ruling.Client);
    }

    function _movePledge(Book memory b, Records storage r, Case memory c, Seat from, uint256 pledge, bool back) private {
        if (pledge == 0) return;
        bool toProvider = (from == Seat.Provider) == back;
        if (toProvider) b.earnings += pledge;
        else b.raise(r, pledge);
        if (b.isSilent()) return;
        emit ISLAEscrow.PledgeMoved(c.period, from, toProvider ? Seat.Provider : Seat.Client, pledge);
    }

    /// @dev `period` counts as bad for the rules in `bits`. A rule that newly counts it and now has enough bad periods
    /// in some window around it lets the client leave until the end of the period after the one running at `due`.
    function _count(Book memory b, Records storage r, uint256 period, uint256 bits, uint256 due) private {
        uint256 mark = 1 << period;
        uint256 chronic;
        for (uint256 i; bits >> i != 0; ++i) {
            if (bits & (1 << i) == 0) continue;
            b.loadChronic(r, i);
            if (b.chronic[i] & mark != 0) continue;
            b.chronic[i] |= mark;
            if (_isChronic(b.chronic[i], period, b.t.chronic(i))) chronic |= 1 << i;
        }
        if (chronic == 0) return;
        uint256 until = Ledger.min(Calendar.indexAt(b.t, due) + 2, b.t.periods());
        b.loadStanding(r);
        if (until > b.leavePeriod) b.leavePeriod = until;
        if (b.isSilent()) return;
        until = leaveUntil(b, r);
        for (; chronic != 0; chronic &= chronic - 1) {
            emit ISLAEscrow.ChronicFailure(LibBit.ffs(chronic), period, until);
        }
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
