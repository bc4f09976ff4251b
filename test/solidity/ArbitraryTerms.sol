// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    ChronicRule,
    Combination,
    Indicator,
    Mode,
    Objective,
    Terms,
    Test,
    Tier,
    Unit
} from "../../contracts/interfaces/AgreementTypes.sol";
import {Calendar} from "../../contracts/libraries/Calendar.sol";
import {CreditTable} from "../../contracts/libraries/CreditTable.sol";
import {Ledger} from "../../contracts/libraries/Ledger.sol";
import {PackedTerms, TermsCodec} from "../../contracts/libraries/TermsCodec.sol";
import {TermsValidation} from "../../contracts/libraries/TermsValidation.sol";

/// @title Valid terms from a seed
/// @notice Any terms that the factory would take, the limits themselves often among them. One seed gives always the
/// same terms, so the seed of a failure is all that is needed to see it again.
abstract contract ArbitraryTerms {
    uint256 internal constant PPB = 1e9;
    /// Terms are checked as of this time; 2025-01-01.
    uint256 internal constant NOW = 1_735_689_600;

    uint256 private _seed;

    function _arbitraryTerms(uint256 seed) internal returns (Terms memory x, PackedTerms t) {
        _seed = seed;
        _fillParties(x);
        _fillCalendar(x);
        _fillMoney(x);
        _fillTable(x);
        t = TermsCodec.wrap(TermsCodec.encode(x));
        _fillStart(x, t);
        t = TermsCodec.wrap(TermsCodec.encode(x));
        TermsValidation.check(t, NOW);
    }

    /// @dev A number from `least` to `most`; each of the two comes up once in eight times.
    function _pick(uint256 least, uint256 most) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        uint256 kind = _seed & 15;
        if (kind < 2) return least;
        if (kind < 4) return most;
        return least + (_seed >> 4) % (most - least + 1);
    }

    function _clamp(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + value % (most - least + 1);
    }

    function _fillParties(Terms memory x) private {
        x.provider = _account();
        x.client = _account();
        x.oracle = _account();
        x.arbiter = _account();
        x.token = _account();
        x.document = bytes32(_pick(1, type(uint256).max - 1));
    }

    function _account() private returns (address) {
        return address(uint160(_pick(1, type(uint160).max)));
    }

    function _fillCalendar(Terms memory x) private {
        x.periodMonths = uint8([1, 3, 12][_pick(0, 2)]);
        x.periods = uint8(_pick(1, TermsValidation.MOST_PERIODS));
        x.noticePeriods = uint8(_pick(0, TermsValidation.MOST_NOTICE));
        x.burnInPeriods = uint8(_pick(0, 3));
        uint256 shortest = TermsValidation.shortestPeriod(x.periodMonths);
        x.disputeWindow = uint32(_pick(1 days, (shortest - 1 hours) / 2));
        x.reportWindow = uint32(_pick(1 hours, shortest - 2 * uint256(x.disputeWindow)));
        x.rulingWindow = uint32(_pick(1 days, 365 days));
        x.fundingGrace = uint32(_pick(1 hours, shortest - 1));
        // The start follows once the calendar can be asked: near the end of long months days are clamped.
        x.anchor = uint40(NOW + _pick(1, 365 days));
        x.start = x.anchor;
    }

    function _fillStart(Terms memory x, PackedTerms t) private {
        uint256 last = Ledger.min(Calendar.boundary(t, 1) - 1, NOW + 365 days);
        x.start = uint40(_pick(x.anchor, last));
    }

    function _fillMoney(Terms memory x) private {
        x.fee = uint96(_pick(TermsValidation.LEAST_FEE, 1 << 80));
        x.creditCap = uint40(_pick(0, 4 * PPB));
        x.silenceCredit = uint40(_pick(0, x.creditCap));
        x.bond = uint96(CreditTable.shareUp(x.fee, Ledger.max(PPB, x.creditCap) - PPB) + _pick(0, 1 << 80));
        x.pledge = uint96(_pick(0, x.fee));
        x.pledgeShare = uint40(_pick(0, PPB));
        x.termCreditCap = uint96(_pick(0, type(uint96).max));
        x.combination = Combination(_pick(1, 2));
    }

    function _fillTable(Terms memory x) private {
        x.indicators = new Indicator[](_pick(1, 4));
        for (uint256 i; i < x.indicators.length; ++i) {
            x.indicators[i] = _indicator(i);
        }
        x.chronic = new ChronicRule[](_pick(0, TermsValidation.MOST_CHRONIC));
        for (uint256 i; i < x.chronic.length; ++i) {
            uint256 window = _pick(1, x.periods);
            x.chronic[i] = ChronicRule(uint8(_pick(1, window)), uint8(window), uint40(_pick(1, type(uint40).max)));
        }
        x.objectives = new Objective[](_pick(1, 4));
        for (uint256 i; i < x.objectives.length; ++i) {
            x.objectives[i].indicator = uint8(_pick(0, x.indicators.length - 1));
            x.objectives[i].tiers = new Tier[](_pick(1, 4));
            for (uint256 j; j < x.objectives[i].tiers.length; ++j) {
                x.objectives[i].tiers[j] = _tier();
            }
        }
    }

    function _indicator(uint256 id) private returns (Indicator memory) {
        uint64 cap = uint64(_pick(0, type(uint64).max));
        if (_pick(0, 1) == 0) return Indicator(uint16(id), Unit(_pick(2, 5)), Mode.Count, 1, cap);
        return Indicator(uint16(id), Unit.Seconds, Mode(_pick(2, 3)), uint32(_pick(1, type(uint32).max)), cap);
    }

    function _tier() internal returns (Tier memory tier) {
        tier.test = Test(_pick(1, 4));
        bool isRatio = tier.test == Test.Below || tier.test == Test.AtMost;
        uint256 most = isRatio ? PPB : type(uint64).max;
        tier.threshold = uint64(
            _pick(tier.test == Test.AtLeast ? 1 : 0, tier.test == Test.AtMost ? PPB - 1 : most)
        );
        tier.credit = uint40(_pick(1, type(uint40).max));
        tier.proportional = _pick(0, 2) == 0;
        if (!tier.proportional && _pick(0, 1) == 0) tier.per = uint64(_pick(0, most));
    }
}
