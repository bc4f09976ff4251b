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
} from "../../../contracts/interfaces/AgreementTypes.sol";
import {Dice} from "./Dice.sol";

/// @notice The kinds of terms that stories are told under. Each run draws one kind and its figures. Parties, token and
/// document are filled in by {World}.
abstract contract Varieties is Dice {
    enum Variety {
        Plain,
        Bond, // caps above 100 %, a term cap that is reached
        Sum, // several objectives over several indicators, with exclusions
        Short, // the first period starts inside its month
        One, // a single period
        Long, // 240 periods
        BurnIn,
        Chronic, // up to four rules
        Pledges, // stakes up to the fee, rulings that take a year: many disputes open at once
        Tiny, // the least fee, where every rounding shows
        Everything
    }

    uint256 internal constant PERCENT = 1e7;
    uint256 internal constant FIRST = 1_735_689_600; // 2025-01-01

    function _terms(Variety variety) internal returns (Terms memory x) {
        _fillPlain(x);
        bool all = variety == Variety.Everything;
        if (variety == Variety.One) x.periods = 1;
        if (variety == Variety.Long) x.periods = 240;
        if (variety == Variety.Tiny) x.fee = uint96(_pick(10_000, 10_100));
        if (all || variety == Variety.Bond || variety == Variety.Tiny) _addBond(x);
        if (all || variety == Variety.Sum) _addObjectives(x);
        if (all || variety == Variety.Short) _startLate(x);
        if (all || variety == Variety.BurnIn) x.burnInPeriods = uint8(_pick(1, 3));
        if (all || variety == Variety.Chronic) _addRules(x);
        if (all || variety == Variety.Pledges || variety == Variety.Bond) _addPledges(x);
        x.silenceCredit = uint40(_edgy(0, x.creditCap));
    }

    function _fillPlain(Terms memory x) private {
        x.fee = uint96(_pick(1e9, 1e9 + 12_345_678));
        x.termCreditCap = uint96(_chance(3) ? x.fee : uint256(x.fee) * 300);
        x.creditCap = uint40(_edgy(1, 100) * PERCENT);
        (x.anchor, x.start) = (uint40(FIRST), uint40(FIRST));
        x.disputeWindow = uint32(_edgy(1 days, 10 days));
        x.reportWindow = uint32(_edgy(1 hours, 8 days));
        x.rulingWindow = uint32(_edgy(1 days, 60 days));
        x.fundingGrace = uint32(_edgy(1 hours, 20 days));
        x.periodMonths = uint8(_chance(4) ? 3 : 1);
        x.periods = uint8(_pick(3, 16));
        x.noticePeriods = uint8(_pick(0, 2));
        x.combination = Combination.Greatest;
        x.indicators = new Indicator[](1);
        x.indicators[0] = Indicator(1, Unit.Seconds, Mode.DowntimeOnly, 1, 0);
        x.chronic = new ChronicRule[](1);
        x.chronic[0] = ChronicRule(1, 1, uint40(25 * PERCENT));
        x.objectives = new Objective[](1);
        x.objectives[0] = Objective(0, _ladder());
    }

    function _ladder() private returns (Tier[] memory tiers) {
        tiers = new Tier[](3);
        tiers[0] = Tier(Test.Below, false, 999_000_000, uint40(_pick(1, 12 * PERCENT)), 0);
        tiers[1] = Tier(Test.AtMost, false, 990_000_000, uint40(7 * PERCENT), 10_000_000);
        tiers[2] = Tier(Test.Below, false, 500_000_000, uint40(300 * PERCENT), 0);
    }

    function _addBond(Terms memory x) private {
        x.creditCap = uint40(_edgy(100, 300) * PERCENT);
        uint256 least = (x.fee * (x.creditCap - 100 * PERCENT) + 1e9 - 1) / 1e9;
        x.bond = uint96(least + _edgy(0, x.fee));
        x.termCreditCap = uint96(_edgy(0, 5 * uint256(x.fee)));
    }

    function _addObjectives(Terms memory x) private {
        x.combination = Combination.Sum;
        x.indicators = new Indicator[](3);
        x.indicators[0] = Indicator(7, Unit.Seconds, Mode.DowntimeOnly, 2, 3 days);
        x.indicators[1] = Indicator(8, Unit.Seconds, Mode.Denominator, 1, 2 days);
        x.indicators[2] = Indicator(9, Unit.Tickets, Mode.Count, 1, 1e6);
        x.objectives = new Objective[](4);
        x.objectives[0] = Objective(0, _ladder());
        x.objectives[1] = Objective(1, _ladder());
        x.objectives[2] = Objective(2, new Tier[](1));
        x.objectives[2].tiers[0] = Tier(Test.MoreThan, false, 3, uint40(PERCENT / 3), 2);
        x.objectives[3] = Objective(2, new Tier[](1));
        x.objectives[3].tiers[0] = Tier(Test.Below, true, 900_000_000, uint40(40 * PERCENT), 0);
    }

    function _startLate(Terms memory x) private {
        x.start = uint40(FIRST + _edgy(1, 31 days - 1));
    }

    function _addRules(Terms memory x) private {
        x.chronic = new ChronicRule[](_pick(1, 4));
        for (uint256 i; i < x.chronic.length; ++i) {
            uint256 window = _pick(1, x.periods);
            x.chronic[i] = ChronicRule(uint8(_pick(1, window)), uint8(window), uint40(_pick(1, 30 * PERCENT)));
        }
    }

    function _addPledges(Terms memory x) private {
        x.pledge = uint96(_edgy(0, x.fee));
        x.pledgeShare = uint40(_edgy(0, 100 * PERCENT));
        x.rulingWindow = uint32(_edgy(1 days, 365 days));
    }
}
