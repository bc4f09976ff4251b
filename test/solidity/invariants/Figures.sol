// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";

import {Indicator, Terms} from "../../../contracts/interfaces/AgreementTypes.sol";

/// @notice The terms of the story, and what follows from them by DESIGN §5: when periods are and what they cost.
/// Written anew on purpose, plainly and without a thought for gas.
abstract contract Figures {
    error Broken(string what);

    uint256 internal fee;
    uint256 internal bond;
    uint256 internal pledge;
    uint256 internal pledgeShare;
    uint256 internal termCreditCap;
    uint256 internal creditCap;
    uint256 internal silenceCredit;
    uint256 internal anchor;
    uint256 internal start;
    uint256 internal reportWindow;
    uint256 internal disputeWindow;
    uint256 internal rulingWindow;
    uint256 internal months;
    uint256 internal noticePeriods;
    uint256 internal burnInPeriods;
    uint256 internal rules;
    Indicator[] internal indicators;

    /// How many periods there are, and the end; both fall with a termination.
    uint256 internal periods;
    uint256 internal end;

    function _must(bool holds, string memory what) internal pure {
        if (!holds) revert Broken(what);
    }

    function _read(Terms memory x) internal {
        (fee, bond, pledge, pledgeShare) = (x.fee, x.bond, x.pledge, x.pledgeShare);
        (termCreditCap, creditCap, silenceCredit) = (x.termCreditCap, x.creditCap, x.silenceCredit);
        (anchor, start, months, periods) = (x.anchor, x.start, x.periodMonths, x.periods);
        (reportWindow, disputeWindow, rulingWindow) = (x.reportWindow, x.disputeWindow, x.rulingWindow);
        (noticePeriods, burnInPeriods, rules) = (x.noticePeriods, x.burnInPeriods, x.chronic.length);
        for (uint256 i; i < x.indicators.length; ++i) {
            indicators.push(x.indicators[i]);
        }
        end = _boundary(periods);
    }

    /// @dev The end is now `earlier`.
    function _cut(uint256 earlier) internal {
        _must(earlier < end, "end never rises");
        end = earlier;
        uint256 count;
        while (count < periods && _startOf(count) < end) ++count;
        periods = count;
    }

    function _boundary(uint256 k) internal view returns (uint256) {
        return DateTimeLib.addMonths(anchor, k * months);
    }

    function _startOf(uint256 k) internal view returns (uint256) {
        return k == 0 ? start : _boundary(k);
    }

    function _endOf(uint256 k) internal view returns (uint256) {
        return _min(_boundary(k + 1), end);
    }

    function _lengthOf(uint256 k) internal view returns (uint256) {
        (uint256 from, uint256 to) = (_startOf(k), _endOf(k));
        return to > from ? to - from : 0;
    }

    function _feeOf(uint256 k) internal view returns (uint256) {
        return fee * _lengthOf(k) / (_boundary(k + 1) - _boundary(k));
    }

    /// @dev When the report window of period `k` opens.
    function _base(uint256 k) internal view returns (uint256) {
        if (k == 0 || _endOf(k) == _boundary(k + 1)) return _endOf(k);
        return _max(end, _startOf(k) + reportWindow + 2 * disputeWindow);
    }

    /// @dev After this nothing can be open any more, whoever stays silent.
    function _lastMoment() internal view returns (uint256) {
        return periods == 0 ? end : _max(end, _base(periods - 1) + reportWindow + 2 * disputeWindow + rulingWindow);
    }

    function _silence(uint256 k) internal view returns (uint256) {
        return k < burnInPeriods ? 0 : _shareUp(_feeOf(k), silenceCredit);
    }

    function _shareUp(uint256 amount, uint256 share) internal pure returns (uint256) {
        return (amount * share + 1e9 - 1) / 1e9;
    }

    function _min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function _max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
