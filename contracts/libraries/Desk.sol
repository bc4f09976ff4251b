// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Seat} from "../interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";
import {Book, Books, Records} from "./Book.sol";
import {Roles} from "./Roles.sol";
import {Settlement} from "./Settlement.sol";
import {TermsCodec} from "./TermsCodec.sol";

/// @title How every call begins
/// @notice Opens the records with all that is due settled; and the checks that several calls share. `r` is the agreement's storage.
library Desk {
    using Books for Book;
    using Settlement for Book;

    // ------------------------------------------------------------------------------------------------------ open

    /// @notice Read into `b` the records of this agreement, with all that is due settled and announced.
    function open(Book memory b, Records storage r) internal {
        _read(b, r);
        b.settle(r);
    }

    /// @notice The same in memory only.
    function peek(Book memory b, Records storage r) internal view {
        _read(b, r);
        b.silence();
        // A silent book announces and stores nothing, which the compiler cannot see.
        function(Book memory, Records storage) internal settle = Settlement.settle;
        function(Book memory, Records storage) internal view settleSilently;
        assembly ("memory-safe") {
            settleSilently := settle
        }
        settleSilently(b, r);
    }

    function _read(Book memory b, Records storage r) private view {
        b.t = TermsCodec.ofThisClone();
        b.load(r);
    }

    // ---------------------------------------------------------------------------------------------------- checks

    /// @notice Both acceptances stand and something is still to come.
    function checkRunning(Book memory b) internal pure {
        if (!b.isRunning()) revert ISLAEscrow.NotActive();
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
        return b.openDisputes & (1 << period) != 0;
    }

    /// @notice Tokens in the agreement that no bucket counts yet.
    function unabsorbed(Book memory b, Records storage r) internal view returns (uint256) {
        unchecked {
            // four sums of 96 bits
            uint256 known = b.balance + b.earnings;
            if (b.t.bond() != 0) {
                b.loadDebts(r);
                known += b.bond;
            }
            if (b.has(Books.DISPUTED | Books.OPEN)) known += b.pledges(r);
            b.tokens = IERC20(b.t.token()).balanceOf(address(this));
            return b.tokens > known ? b.tokens - known : 0;
        }
    }
}
