// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Combination, Mode, Test, Unit} from "../interfaces/AgreementTypes.sol";
import {Calendar} from "./Calendar.sol";
import {CreditTable} from "./CreditTable.sol";
import {Ledger} from "./Ledger.sol";
import {PackedTerms, PackedTier, TermsCodec} from "./TermsCodec.sol";

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

    /// @notice Revert with the first limit that `t`, which {TermsCodec-check} let pass, breaks when created at `time`.
    /// Roles apart. Nothing here needs checked arithmetic: the widest product, two fees of 96 bits times 8 bits of periods
    /// times 40 bits of share, is of 145 bits.
    function check(PackedTerms t, uint256 time) internal pure {
        _checkCalendar(t, time);
        _checkMoney(t);
        _checkIndicators(t);
        _checkObjectives(t);
        _checkChronic(t);
    }

    function _checkCalendar(PackedTerms t, uint256 time) private pure {
        unchecked {
            uint256 shortest = shortestPeriod(t.periodMonths());
            uint256 periods = t.periods();
            if (periods == 0 || periods > MOST_PERIODS) revert PeriodsOutOfRange(periods, 1, MOST_PERIODS);
            uint256 reportWindow = t.reportWindow();
            uint256 disputeWindow = t.disputeWindow();
            if (reportWindow < 1 hours) revert ReportWindowTooShort(reportWindow, 1 hours);
            if (disputeWindow < 1 days) revert DisputeWindowTooShort(disputeWindow, 1 days);
            uint256 windows = reportWindow + 2 * disputeWindow;
            if (windows > shortest) revert WindowsTooLong(windows, shortest);
            uint256 rulingWindow = t.rulingWindow();
            if (rulingWindow < 1 days || rulingWindow > 365 days) {
                revert RulingWindowOutOfRange(rulingWindow, 1 days, 365 days);
            }
            uint256 grace = t.fundingGrace();
            if (grace < 1 hours || grace >= shortest) revert FundingGraceOutOfRange(grace, 1 hours, shortest - 1);
            if (t.noticePeriods() > MOST_NOTICE) revert NoticeTooLong(t.noticePeriods(), MOST_NOTICE);
            uint256 start = t.start();
            if (start <= time || start > time + MOST_AHEAD) revert StartOutOfRange(start, time, time + MOST_AHEAD);
            // The anchor is not after the start, so it is a date that the calendar can count.
            uint256 anchor = t.anchor();
            uint256 next = anchor > start ? 0 : Calendar.boundary(t, 1);
            if (start >= next) revert StartOutsideFirstPeriod(start, anchor, next);
        }
    }

    function _checkMoney(PackedTerms t) private pure {
        unchecked {
            uint256 fee = t.fee();
            uint256 cap = t.creditCap();
            if (fee < LEAST_FEE) revert FeeTooSmall(fee, LEAST_FEE);
            if (t.silenceCredit() > cap) revert SilenceCreditAboveCap(t.silenceCredit(), cap);
            uint256 most = Ledger.max(CreditTable.PPB, cap);
            uint256 leastBond = CreditTable.shareUp(fee, most - CreditTable.PPB);
            if (t.bond() < leastBond) revert BondTooSmall(t.bond(), leastBond);
            uint256 money = CreditTable.shareUp(2 * fee * t.periods(), most) + t.bond();
            if (money >= MOST_MONEY) revert MoneyTooLarge(money, MOST_MONEY - 1);
            if (t.pledge() > fee) revert PledgeAboveFee(t.pledge(), fee);
            if (t.pledgeShare() > CreditTable.PPB) revert ShareAboveWhole(t.pledgeShare(), CreditTable.PPB);
            if (t.combination() == uint256(Combination.None)) revert CombinationUnknown();
        }
    }

    function _checkIndicators(PackedTerms t) private pure {
        unchecked {
            uint256 count = t.indicatorCount();
            _checkCount("indicators", count, 1, MOST_INDICATORS);
            for (uint256 i; i < count; ++i) {
                (uint256 id, uint256 unit) = t.indicatorOf(i);
                (uint256 mode, uint256 instances,) = t.countingOf(i);
                bool seconds_ = unit == uint256(Unit.Seconds);
                bool fits = unit != uint256(Unit.None) && mode != uint256(Mode.None) && instances != 0
                    && seconds_ == (mode != uint256(Mode.Count)) && (seconds_ || instances == 1);
                if (!fits) revert IndicatorMalformed(i);
                for (uint256 j; j < i; ++j) {
                    (uint256 other,) = t.indicatorOf(j);
                    if (other == id) revert IndicatorIdRepeats(i, id);
                }
            }
        }
    }

    function _checkObjectives(PackedTerms t) private pure {
        unchecked {
            uint256 count = t.objectiveCount();
            uint256 indicators = t.indicatorCount();
            _checkCount("objectives", count, 1, MOST_OBJECTIVES);
            uint256 offset = t.objectivesAt();
            for (uint256 i; i < count; ++i) {
                (uint256 indicator, uint256 length) = t.objectiveAt(offset);
                if (indicator >= indicators) revert IndicatorMissing(i, indicator, indicators);
                offset += TermsCodec.OBJECTIVE;
                uint256 end = offset + length;
                uint256 tiers;
                for (; offset < end; ++tiers) {
                    PackedTier tier = t.tierIn(offset);
                    _checkTier(tier, i, tiers);
                    offset += tier.width();
                }
                _checkCount("tiers", tiers, 1, MOST_TIERS);
            }
        }
    }

    function _checkTier(PackedTier tier, uint256 i, uint256 j) private pure {
        uint256 test = tier.test();
        uint256 per = tier.per();
        if (test == uint256(Test.None) || tier.credit() == 0 || (per != 0 && tier.isProportional())) {
            revert TierMalformed(i, j);
        }
        uint256 threshold = tier.threshold();
        bool whenPerfect;
        if (tier.isRatio()) {
            uint256 greatest = Ledger.max(threshold, per);
            if (greatest > CreditTable.PPB) revert ThresholdAboveWhole(i, j, greatest, CreditTable.PPB);
            whenPerfect = threshold == CreditTable.PPB && test == uint256(Test.AtMost);
        } else {
            whenPerfect = threshold == 0 && test == uint256(Test.AtLeast);
        }
        if (whenPerfect) revert TierTrueWhenPerfect(i, j);
    }

    function _checkChronic(PackedTerms t) private pure {
        unchecked {
            uint256 rules = t.chronicCount();
            uint256 periods = t.periods();
            _checkCount("chronic", rules, 0, MOST_CHRONIC);
            for (uint256 i; i < rules; ++i) {
                (uint256 count, uint256 window, uint256 leastShare) = t.chronicOf(i);
                if (leastShare == 0 || count == 0 || count > window || window > periods) {
                    revert ChronicRuleMalformed(i, count, window, periods, leastShare);
                }
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
