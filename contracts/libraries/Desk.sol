// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {LibBit} from "solady/src/utils/LibBit.sol";

import {Seat} from "../interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";
import {Book, Books, Records} from "./Book.sol";
import {Roles} from "./Roles.sol";
import {Outcome, Settlement, Step} from "./Settlement.sol";
import {TermsCodec} from "./TermsCodec.sol";

/// @title How every call begins
/// @notice Opens the records with all that is due settled, writes down what settling did, and the checks that several
/// calls share. `r` is the agreement's storage.
library Desk {
    using Books for Book;
    using Settlement for Book;

    // ---------------------------------------------------------------------------------------------- open, settle

    /// @notice The records of this agreement, with all that is due settled and announced.
    function open(Records storage r) internal returns (Book memory b) {
        _read(b, r);
        settle(b, r);
    }

    /// @notice The same in memory only.
    function peek(Records storage r) internal view returns (Book memory b) {
        _read(b, r);
        while (b.next(r, block.timestamp).step != Step.None) {}
    }

    /// @notice Settle what became due, also by what the call itself did.
    function settle(Book memory b, Records storage r) internal {
        while (true) {
            Outcome memory o = b.next(r, block.timestamp);
            if (o.step == Step.None) return;
            record(b, r, o);
        }
    }

    /// @notice Write down and announce what a step of settling did.
    function record(Book memory b, Records storage r, Outcome memory o) internal {
        if (o.providerPledge != 0) {
            emit ISLAEscrow.PledgeMoved(o.period, Seat.Provider, o.providerPledgeTo, o.providerPledge);
        }
        if (o.clientPledge != 0) emit ISLAEscrow.PledgeMoved(o.period, Seat.Client, o.clientPledgeTo, o.clientPledge);
        if (o.step == Step.Final) {
            emit ISLAEscrow.PeriodFinal(o.period, o.ruling, o.credit, o.earned, o.fromBond, o.dueAt);
        } else if (o.step == Step.Split) {
            Books.storeSplit(r, o.period, b.split);
            emit ISLAEscrow.Split(o.period, o.credit, o.earned, o.held, o.fromBond, o.dueAt);
        } else {
            emit ISLAEscrow.Closed(o.fromBond, o.dueAt);
        }
        for (uint256 rules = o.chronicRules; rules != 0; rules &= rules - 1) {
            emit ISLAEscrow.ChronicFailure(LibBit.ffs(rules), o.period, o.leaveUntil);
        }
    }

    /// @notice The end of the agreement becomes `end`.
    function setEnd(Book memory b, Records storage r, uint256 end) internal view {
        b.loadStanding(r);
        b.end = end;
        b.set(Books.ENDED, true);
    }

    function _read(Book memory b, Records storage r) private view {
        b.t = TermsCodec.wrap(Clones.fetchCloneArgs(address(this)));
        b.load(r);
    }

    // ---------------------------------------------------------------------------------------------------- checks

    /// @notice Both acceptances stand and something is still to come.
    function checkRunning(Book memory b) internal pure {
        if (!b.isActive() || b.has(Books.CLOSED)) revert ISLAEscrow.NotActive();
    }

    /// @notice The seat that `account` holds.
    function seatOf(Book memory b, Records storage r, address account) internal view returns (Seat) {
        if (account == b.client(r)) return Seat.Client;
        if (account == b.provider(r)) return Seat.Provider;
        revert ISLAEscrow.NotAParty(account);
    }

    /// @notice `period` is the first unresolved one.
    function checkCurrent(Book memory b, Records storage r, uint256 period) internal view {
        if (period != b.period || period >= b.periodCount(r)) {
            revert ISLAEscrow.NotTheCurrentPeriod(period, b.period);
        }
    }

    /// @notice A report, or silence, stands for the current `period`, and it is `revision`.
    function checkStanding(Book memory b, Records storage r, uint256 period, uint256 revision) internal view {
        if (!b.has(Books.REPORTED) && block.timestamp < b.silentAt(r)) revert ISLAEscrow.NothingReported(period);
        (uint256 actual,,) = b.standing(r);
        if (revision != actual) revert ISLAEscrow.WrongRevision(revision, actual);
    }

    /// @notice The parties fit together with `oracle` and `arbiter`.
    function checkRoles(Book memory b, Records storage r, address oracle, address arbiter) internal view {
        Roles.check(b.provider(r), b.client(r), oracle, arbiter, b.t.token(), address(this));
    }

    // ---------------------------------------------------------------------------------------------------- derive

    /// @notice Whether `period` is split and awaits its ruling.
    function isOpen(Book memory b, Records storage r, uint256 period) internal view returns (bool) {
        if (!b.has(Books.OPEN) || period > type(uint8).max) return false;
        b.loadOpen(r);
        return b.open & (1 << period) != 0;
    }

    /// @notice Tokens in the agreement that no bucket counts yet.
    function unabsorbed(Book memory b, Records storage r) internal view returns (uint256) {
        uint256 known = b.balance + b.earnings;
        if (b.t.bond() != 0) {
            b.loadDebts(r);
            known += b.bond;
        }
        if (b.has(Books.DISPUTED | Books.OPEN)) {
            b.loadStakes(r);
            known += b.pledges;
        }
        uint256 actual = IERC20(b.t.token()).balanceOf(address(this));
        return actual > known ? actual - known : 0;
    }
}
