// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Book, Books, Records} from "./Book.sol";
import {Calendar} from "./Calendar.sol";
import {Ledger} from "./Ledger.sol";

/// @title What the client's money is bound to, and when a notice ends
library Commitment {
    using Books for Book;

    /// @notice What `withdraw` leaves in M: what is held, the fees of started periods that are not resolved, and of the
    /// next `noticePeriods` ones. Period 0 counts as started from activation. Nothing unless active.
    function commitment(Book memory b, Records storage r, uint256 time) internal view returns (uint256) {
        if (!b.isActive() || b.has(Books.CLOSED)) return 0;
        return _fees(b, r, _running(b, time) + b.t.noticePeriods());
    }

    /// @notice What the provider may expect in M now: what is held and the fees of started periods not resolved.
    function due(Book memory b, Records storage r, uint256 time) internal view returns (uint256) {
        return _fees(b, r, _running(b, time));
    }

    /// @notice The end that a notice given at `time` sets.
    function noticeEnd(Book memory b, uint256 time) internal pure returns (uint256) {
        uint256 notice = b.t.noticePeriods();
        if (time < b.t.start()) return Calendar.startOf(b.t, notice);
        return Calendar.boundary(b.t, Calendar.indexAt(b.t, time) + notice + 1);
    }

    function _running(Book memory b, uint256 time) private pure returns (uint256) {
        return time < b.t.start() ? 0 : Calendar.indexAt(b.t, time);
    }

    /// @dev What is held and the fees from the first unresolved period to `last`.
    function _fees(Book memory b, Records storage r, uint256 last) private view returns (uint256 sum) {
        sum = b.held(r);
        uint256 stop = Ledger.min(last + 1, b.periodCount(r));
        for (uint256 k = b.period; k < stop; ++k) {
            sum += b.feeOf(r, k);
        }
    }
}
