// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChronicRule, Combination, Indicator, Mode, Terms, Test, Tier, Unit} from "../interfaces/AgreementTypes.sol";
import {Calendar} from "./Calendar.sol";
import {CreditTable} from "./CreditTable.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms} from "./TermsCodec.sol";

/// @title The limits of terms
/// @notice Within them no agreement can get stuck, overflow or contradict itself. Each error names value and limit.
library TermsValidation {
    uint256 internal constant LEAST_FEE = 10_000;
    uint256 internal constant MOST_PERIODS = 240;
    uint256 internal constant MOST_NOTICE = 12;
    uint256 internal constant MOST_INDICATORS = 16;
    uint256 internal constant MOST_OBJECTIVES = 16;
    uint256 internal constant MOST_TIERS = 16;
    uint256 internal constant MOST_CHRONIC = 4;
    uint256 internal constant MOST_MONEY = 1 << 95;
    uint256 internal constant MOST_AHEAD = 365 days;

    /// @notice Thrown when a period is not 1, 3 or 12 months long.
    error PeriodMonthsUnknown(uint256 actual);
    /// @notice Thrown when there are no periods or too many.
    error PeriodsOutOfRange(uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when the report window R is too short.
    error ReportWindowTooShort(uint256 actual, uint256 limit);
    /// @notice Thrown when the dispute window D is too short.
    error DisputeWindowTooShort(uint256 actual, uint256 limit);
    /// @notice Thrown when R + 2D does not fit the shortest period.
    error WindowsTooLong(uint256 actual, uint256 limit);
    /// @notice Thrown when the ruling window W is not 1 to 365 days.
    error RulingWindowOutOfRange(uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when the funding grace is not between an hour and less than a period.
    error FundingGraceOutOfRange(uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when the notice is too long.
    error NoticeTooLong(uint256 actual, uint256 limit);
    /// @notice Thrown when the start is past or more than a year ahead.
    error StartOutOfRange(uint256 actual, uint256 after_, uint256 latest);
    /// @notice Thrown when the start is not within the first period counted from the anchor.
    error StartOutsideFirstPeriod(uint256 actual, uint256 anchor, uint256 nextBoundary);
    /// @notice Thrown when silence would credit more than the cap.
    error SilenceCreditAboveCap(uint256 actual, uint256 limit);
    /// @notice Thrown when the bond cannot pay what a period may credit above its fee.
    error BondTooSmall(uint256 actual, uint256 limit);
    /// @notice Thrown when the fee is too small to divide.
    error FeeTooSmall(uint256 actual, uint256 limit);
    /// @notice Thrown when the money of the whole term could exceed what is counted safely.
    error MoneyTooLarge(uint256 actual, uint256 limit);
    /// @notice Thrown when the pledge is above the fee.
    error PledgeAboveFee(uint256 actual, uint256 limit);
    /// @notice Thrown when a share is above 100 %.
    error ShareAboveWhole(uint256 actual, uint256 limit);
    /// @notice Thrown when there are none or too many of something; `what` is its name.
    error CountOutOfRange(bytes32 what, uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when the combination of objectives is not chosen.
    error CombinationUnknown();
    /// @notice Thrown when an indicator's unit, mode and instances do not fit together.
    error IndicatorMalformed(uint256 indicator);
    /// @notice Thrown when two indicators have the same id.
    error IndicatorIdRepeats(uint256 indicator, uint256 id);
    /// @notice Thrown when an objective names an indicator that does not exist.
    error IndicatorMissing(uint256 objective, uint256 actual, uint256 count);
    /// @notice Thrown when a tier has no test, no credit, or both a step and a proportion.
    error TierMalformed(uint256 objective, uint256 tier);
    /// @notice Thrown when a ratio threshold or step is above 100 %.
    error ThresholdAboveWhole(uint256 objective, uint256 tier, uint256 actual, uint256 limit);
    /// @notice Thrown when a tier would credit a perfect period.
    error TierTrueWhenPerfect(uint256 objective, uint256 tier);
    /// @notice Thrown when a chronic rule is not 1 <= count <= window <= periods with a least share above 0.
    error ChronicRuleMalformed(uint256 rule, uint256 count, uint256 window, uint256 periods, uint256 leastShare);

    /// @notice Revert with the first limit that `x`, packed as `t`, breaks when created at `time`. Roles apart.
    function check(Terms memory x, PackedTerms t, uint256 time) internal pure {
        _checkCalendar(x, t, time);
        _checkMoney(x);
        _checkIndicators(x);
        _checkObjectives(x);
        _checkChronic(x);
    }

    function _checkCalendar(Terms memory x, PackedTerms t, uint256 time) private pure {
        uint256 shortest = shortestPeriod(x.periodMonths);
        if (x.periods == 0 || x.periods > MOST_PERIODS) revert PeriodsOutOfRange(x.periods, 1, MOST_PERIODS);
        if (x.reportWindow < 1 hours) revert ReportWindowTooShort(x.reportWindow, 1 hours);
        if (x.disputeWindow < 1 days) revert DisputeWindowTooShort(x.disputeWindow, 1 days);
        uint256 windows = uint256(x.reportWindow) + 2 * uint256(x.disputeWindow);
        if (windows > shortest) revert WindowsTooLong(windows, shortest);
        if (x.rulingWindow < 1 days || x.rulingWindow > 365 days) {
            revert RulingWindowOutOfRange(x.rulingWindow, 1 days, 365 days);
        }
        if (x.fundingGrace < 1 hours || x.fundingGrace >= shortest) {
            revert FundingGraceOutOfRange(x.fundingGrace, 1 hours, shortest - 1);
        }
        if (x.noticePeriods > MOST_NOTICE) revert NoticeTooLong(x.noticePeriods, MOST_NOTICE);
        if (x.start <= time || x.start > time + MOST_AHEAD) revert StartOutOfRange(x.start, time, time + MOST_AHEAD);
        // The anchor is not after the start, so it is a date that the calendar can count.
        uint256 next = x.anchor > x.start ? 0 : Calendar.boundary(t, 1);
        if (x.start >= next) revert StartOutsideFirstPeriod(x.start, x.anchor, next);
    }

    function _checkMoney(Terms memory x) private pure {
        uint256 fee = x.fee;
        if (fee < LEAST_FEE) revert FeeTooSmall(fee, LEAST_FEE);
        if (x.silenceCredit > x.creditCap) revert SilenceCreditAboveCap(x.silenceCredit, x.creditCap);
        uint256 most = Ledger.max(CreditTable.PPB, x.creditCap);
        uint256 leastBond = CreditTable.shareUp(fee, most - CreditTable.PPB);
        if (x.bond < leastBond) revert BondTooSmall(x.bond, leastBond);
        uint256 money = CreditTable.shareUp(2 * fee * x.periods, most) + x.bond;
        if (money >= MOST_MONEY) revert MoneyTooLarge(money, MOST_MONEY - 1);
        if (x.pledge > fee) revert PledgeAboveFee(x.pledge, fee);
        if (x.pledgeShare > CreditTable.PPB) revert ShareAboveWhole(x.pledgeShare, CreditTable.PPB);
        if (x.combination == Combination.None) revert CombinationUnknown();
    }

    function _checkIndicators(Terms memory x) private pure {
        _checkCount("indicators", x.indicators.length, 1, MOST_INDICATORS);
        for (uint256 i; i < x.indicators.length; ++i) {
            Indicator memory indicator = x.indicators[i];
            bool seconds_ = indicator.unit == Unit.Seconds;
            bool fits = indicator.unit != Unit.None && indicator.mode != Mode.None && indicator.instances != 0
                && seconds_ == (indicator.mode != Mode.Count) && (seconds_ || indicator.instances == 1);
            if (!fits) revert IndicatorMalformed(i);
            for (uint256 j; j < i; ++j) {
                if (x.indicators[j].id == indicator.id) revert IndicatorIdRepeats(i, indicator.id);
            }
        }
    }

    function _checkObjectives(Terms memory x) private pure {
        _checkCount("objectives", x.objectives.length, 1, MOST_OBJECTIVES);
        for (uint256 i; i < x.objectives.length; ++i) {
            uint256 indicator = x.objectives[i].indicator;
            if (indicator >= x.indicators.length) revert IndicatorMissing(i, indicator, x.indicators.length);
            Tier[] memory tiers = x.objectives[i].tiers;
            _checkCount("tiers", tiers.length, 1, MOST_TIERS);
            for (uint256 j; j < tiers.length; ++j) {
                _checkTier(tiers[j], i, j);
            }
        }
    }

    function _checkTier(Tier memory tier, uint256 i, uint256 j) private pure {
        if (tier.test == Test.None || tier.credit == 0 || (tier.proportional && tier.per != 0)) {
            revert TierMalformed(i, j);
        }
        if (tier.test == Test.Below || tier.test == Test.AtMost) {
            uint256 greatest = Ledger.max(tier.threshold, tier.per);
            if (greatest > CreditTable.PPB) revert ThresholdAboveWhole(i, j, greatest, CreditTable.PPB);
        }
        if (
            (tier.test == Test.AtMost && tier.threshold == CreditTable.PPB)
                || (tier.test == Test.AtLeast && tier.threshold == 0)
        ) revert TierTrueWhenPerfect(i, j);
    }

    function _checkChronic(Terms memory x) private pure {
        _checkCount("chronic", x.chronic.length, 0, MOST_CHRONIC);
        for (uint256 i; i < x.chronic.length; ++i) {
            ChronicRule memory rule = x.chronic[i];
            if (rule.leastShare == 0 || rule.count == 0 || rule.count > rule.window || rule.window > x.periods) {
                revert ChronicRuleMalformed(i, rule.count, rule.window, x.periods, rule.leastShare);
            }
        }
    }

    function _checkCount(bytes32 what, uint256 actual, uint256 least, uint256 most) private pure {
        if (actual < least || actual > most) revert CountOutOfRange(what, actual, least, most);
    }

    /// @notice S: no period of `months` months is shorter, in seconds.
    function shortestPeriod(uint256 months) internal pure returns (uint256) {
        if (months == 1) return 28 days;
        if (months == 3) return 89 days;
        if (months == 12) return 365 days;
        revert PeriodMonthsUnknown(months);
    }
}
