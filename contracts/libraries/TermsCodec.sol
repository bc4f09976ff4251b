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
} from "../interfaces/AgreementTypes.sol";
import {Months} from "./Months.sol";

/// @notice Packed terms in memory: where their first byte lies. Reading one value costs one word.
type PackedTerms is uint256;

/// @notice One tier, packed: its bytes are the highest of the word.
type PackedTier is uint256;

using TermsCodec for PackedTerms global;
using TermsCodec for PackedTier global;

/// @title The terms as bytes
/// @notice An agreement's terms are part of its code, packed big-endian without gaps. All integers are unsigned.
///
/// | offset | bytes | value |
/// |---|---|---|
/// | 0 | 20 each | provider, client, oracle, arbiter, token |
/// | 100 | 12 each | fee, bond, pledge, termCreditCap |
/// | 148 | 32 | document |
/// | 180 | 5 each | pledgeShare, creditCap, silenceCredit |
/// | 195 | 2, 3 | the anchor: its month, counted from March of year 0, and seconds since that month began |
/// | 200 | 5 | start |
/// | 205 | 4 each | reportWindow, disputeWindow, rulingWindow, fundingGrace |
/// | 221 | 1 each | periodMonths, periods, noticePeriods, burnInPeriods, combination |
/// | 226 | 1 each | number of indicators, of chronic rules, of objectives |
/// | 229 | 16 each | indicator: id 2, unit 1, mode 1, instances 4, excludedCap 8 |
/// | then | 7 each | chronic rule: count 1, window 1, leastShare 5 |
/// | then | 3 each | objective: indicator 1, bytes of its tiers 2, and then its tiers: |
/// | | 14 or 22 each | threshold 8, choice 1, credit 5, and per 8 if there is one |
///
/// A tier's choice is its test, plus 8 if there is a per, plus 0x80 if it is proportional. Every byte of the terms costs
/// two hundred gas to create, so what most tiers lack takes none. The anchor is written as a calendar counts: no report has
/// to find out first what month it lies in.
library TermsCodec {
    uint256 internal constant HEADER = 229;
    uint256 internal constant INDICATOR = 16;
    uint256 internal constant CHRONIC = 7;
    uint256 internal constant OBJECTIVE = 3;

    uint256 private constant FLAT_TIER = 14;
    uint8 private constant STEPPED = 8; // as many bytes as it adds
    uint8 private constant PROPORTIONAL = 0x80;

    /// @notice Thrown when packed terms are not exactly as long as their counts say.
    error TermsLengthDiffers(uint256 actual, uint256 expected);
    /// @notice Thrown when a list is longer than its count can say.
    error ListTooLong(uint256 actual, uint256 limit);

    /// @notice Thrown when packed terms hold a choice that does not exist; `what` names it.
    error ChoiceUnknown(bytes32 what, uint256 actual, uint256 most);
    /// @notice Thrown when terms hold what cannot be written, or is written otherwise: the month of an anchor before 1970 or
    /// beyond 16 bits, an anchor that is not within its month, a step of 0.
    error NotCanonical(bytes32 what, uint256 actual);

    // ------------------------------------------------------------------------------------------------- one value

    /// @notice Packed terms that lie in `data`.
    function wrap(bytes memory data) internal pure returns (PackedTerms packed) {
        assembly ("memory-safe") {
            packed := add(data, 32)
        }
    }

    /// @notice The terms of the clone that runs this: they follow the 45 bytes of its code, as OpenZeppelin's `Clones`
    /// puts them. Every call reads them, so this spares what `fetchCloneArgs` spends on clearing memory first.
    function ofThisClone() internal view returns (PackedTerms packed) {
        assembly ("memory-safe") {
            let size := sub(extcodesize(address()), 0x2d)
            let data := mload(0x40)
            mstore(data, size)
            packed := add(data, 32)
            extcodecopy(address(), packed, 0x2d, size)
            mstore(0x40, add(packed, size))
        }
    }

    /// @notice What the parties accept: keccak256 of all packed bytes. `t` must come from {wrap}.
    function hash(PackedTerms t) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(t, mload(sub(t, 32)))
        }
    }

    function provider(PackedTerms t) internal pure returns (address) {
        return address(uint160(_read(t, 0, 20)));
    }

    function client(PackedTerms t) internal pure returns (address) {
        return address(uint160(_read(t, 20, 20)));
    }

    function oracle(PackedTerms t) internal pure returns (address) {
        return address(uint160(_read(t, 40, 20)));
    }

    function arbiter(PackedTerms t) internal pure returns (address) {
        return address(uint160(_read(t, 60, 20)));
    }

    function token(PackedTerms t) internal pure returns (address) {
        return address(uint160(_read(t, 80, 20)));
    }

    function fee(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 100, 12);
    }

    function bond(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 112, 12);
    }

    function pledge(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 124, 12);
    }

    function termCreditCap(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 136, 12);
    }

    function document(PackedTerms t) internal pure returns (bytes32) {
        return bytes32(_read(t, 148, 32));
    }

    function pledgeShare(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 180, 5);
    }

    function creditCap(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 185, 5);
    }

    function silenceCredit(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 190, 5);
    }

    function anchor(PackedTerms t) internal pure returns (uint256) {
        unchecked {
            (uint256 month, uint256 since) = t.anchorAt();
            return Months.start(month) + since; // both far below 2^64
        }
    }

    /// @notice The anchor as its month, see {Months}, and the seconds since that month began.
    function anchorAt(PackedTerms t) internal pure returns (uint256 month, uint256 since) {
        uint256 word = _read(t, 195, 5);
        return (word >> 24, word & 0xffffff);
    }

    function start(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 200, 5);
    }

    function reportWindow(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 205, 4);
    }

    function disputeWindow(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 209, 4);
    }

    function rulingWindow(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 213, 4);
    }

    function fundingGrace(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 217, 4);
    }

    function periodMonths(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 221, 1);
    }

    function periods(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 222, 1);
    }

    function noticePeriods(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 223, 1);
    }

    function burnInPeriods(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 224, 1);
    }

    function isSum(PackedTerms t) internal pure returns (bool) {
        return t.combination() == uint256(Combination.Sum);
    }

    function indicatorCount(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 226, 1);
    }

    function chronicCount(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 227, 1);
    }

    function objectiveCount(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 228, 1);
    }

    function indicator(PackedTerms t, uint256 i) internal pure returns (Indicator memory) {
        uint256 word = _read(t, HEADER + i * INDICATOR, INDICATOR);
        return Indicator({
            id: uint16(word >> 112),
            unit: Unit(uint8(word >> 104)),
            mode: Mode(uint8(word >> 96)),
            instances: uint32(word >> 64),
            excludedCap: uint64(word)
        });
    }

    /// @notice A {Combination}.
    function combination(PackedTerms t) internal pure returns (uint256) {
        return _read(t, 225, 1);
    }

    /// @notice The id of indicator `i`, and its {Unit}.
    function indicatorOf(PackedTerms t, uint256 i) internal pure returns (uint256 id, uint256 unit) {
        unchecked {
            uint256 word = _read(t, HEADER + i * INDICATOR, 3);
            return (word >> 8, uint8(word));
        }
    }

    /// @notice The numbers of chronic rule `i`.
    function chronicOf(PackedTerms t, uint256 i)
        internal
        pure
        returns (uint256 count, uint256 window, uint256 leastShare)
    {
        unchecked {
            uint256 word = _read(t, HEADER + t.indicatorCount() * INDICATOR + i * CHRONIC, CHRONIC);
            return (word >> 48, uint8(word >> 40), uint40(word));
        }
    }

    /// @notice What a count of indicator `i` is checked against; `mode` is a {Mode}.
    function countingOf(PackedTerms t, uint256 i)
        internal
        pure
        returns (uint256 mode, uint256 instances, uint256 excludedCap)
    {
        unchecked {
            uint256 word = _read(t, HEADER + i * INDICATOR, INDICATOR);
            return (uint8(word >> 96), uint32(word >> 64), uint64(word));
        }
    }

    function chronic(PackedTerms t, uint256 i) internal pure returns (ChronicRule memory) {
        uint256 word = _read(t, HEADER + t.indicatorCount() * INDICATOR + i * CHRONIC, CHRONIC);
        return ChronicRule({count: uint8(word >> 48), window: uint8(word >> 40), leastShare: uint40(word)});
    }

    /// @notice Where the first objective begins.
    function objectivesAt(PackedTerms t) internal pure returns (uint256) {
        unchecked {
            return HEADER + t.indicatorCount() * INDICATOR + t.chronicCount() * CHRONIC; // counts of 8 bits
        }
    }

    /// @notice The head of the objective at `offset`; its tiers follow, and take `length` bytes.
    function objectiveAt(PackedTerms t, uint256 offset) internal pure returns (uint256 indicator_, uint256 length) {
        uint256 word = _read(t, offset, OBJECTIVE);
        return (word >> 16, uint16(word));
    }

    /// @notice The tier at `offset`, packed.
    function tierIn(PackedTerms t, uint256 offset) internal pure returns (PackedTier tier) {
        assembly ("memory-safe") {
            tier := mload(add(t, offset))
        }
    }

    // -------------------------------------------------------------------------------------------------- one tier

    /// @notice How many bytes it takes.
    function width(PackedTier tier) internal pure returns (uint256) {
        unchecked {
            return FLAT_TIER + (_choice(tier) & STEPPED);
        }
    }

    /// @dev A {Test}.
    function test(PackedTier tier) internal pure returns (uint256) {
        return _choice(tier) & ~uint256(STEPPED | PROPORTIONAL);
    }

    function isStepped(PackedTier tier) internal pure returns (bool) {
        return _choice(tier) & STEPPED != 0;
    }

    function isRatio(PackedTier tier) internal pure returns (bool) {
        return tier.test() <= uint256(Test.AtMost);
    }

    function isInclusive(PackedTier tier) internal pure returns (bool) {
        return tier.test() == uint256(Test.AtMost) || tier.test() == uint256(Test.AtLeast);
    }

    function isProportional(PackedTier tier) internal pure returns (bool) {
        return _choice(tier) & PROPORTIONAL != 0;
    }

    function threshold(PackedTier tier) internal pure returns (uint256) {
        return PackedTier.unwrap(tier) >> 192;
    }

    function credit(PackedTier tier) internal pure returns (uint256) {
        return uint40(PackedTier.unwrap(tier) >> 144);
    }

    function per(PackedTier tier) internal pure returns (uint256) {
        return tier.isStepped() ? uint64(PackedTier.unwrap(tier) >> 80) : 0;
    }

    function _choice(PackedTier tier) private pure returns (uint256) {
        return uint8(PackedTier.unwrap(tier) >> 184);
    }

    // ---------------------------------------------------------------------------------------------------- structs

    function tierAt(PackedTerms t, uint256 offset) internal pure returns (Tier memory) {
        PackedTier tier = t.tierIn(offset);
        return Tier({
            test: Test(tier.test()),
            proportional: tier.isProportional(),
            threshold: uint64(tier.threshold()),
            credit: uint40(tier.credit()),
            per: uint64(tier.per())
        });
    }

    /// @notice How many tiers lie in the `length` bytes at `offset`.
    function tierCount(PackedTerms t, uint256 offset, uint256 length) internal pure returns (uint256 count) {
        unchecked {
            for (uint256 end = offset + length; offset < end; offset += t.tierIn(offset).width()) {
                ++count;
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------ whole

    /// @notice The packed terms in `data`. Reverts unless `data` is exactly as long as its counts say and every choice
    /// exists. So two different byte strings never decode to the same terms.
    function check(bytes memory data) internal pure returns (PackedTerms t) {
        uint256 length = data.length;
        if (length < HEADER) revert TermsLengthDiffers(length, HEADER);
        t = wrap(data);
        uint256 offset = t.objectivesAt();
        if (length < offset) revert TermsLengthDiffers(length, offset);
        unchecked {
            // offsets stay below 2^21: all counts are of 8 bits
            _checkChoice("combination", _read(t, 225, 1), uint256(type(Combination).max));
            for (uint256 left = t.indicatorCount(); left != 0; --left) {
                uint256 from = HEADER + (left - 1) * INDICATOR;
                _checkChoice("unit", _read(t, from + 2, 1), uint256(type(Unit).max));
                _checkChoice("mode", _read(t, from + 3, 1), uint256(type(Mode).max));
            }
            (uint256 month, uint256 since) = t.anchorAt();
            if (month < Months.EPOCH) revert NotCanonical("month", month);
            if (since >= Months.SHORTEST && since >= Months.start(month + 1) - Months.start(month)) {
                revert NotCanonical("anchor", since);
            }
            for (uint256 left = t.objectiveCount(); left != 0; --left) {
                if (length < offset + OBJECTIVE) revert TermsLengthDiffers(length, offset + OBJECTIVE);
                (, uint256 tiers) = t.objectiveAt(offset);
                offset += OBJECTIVE;
                uint256 end = offset + tiers;
                if (length < end) revert TermsLengthDiffers(length, end);
                while (offset < end) {
                    PackedTier tier = t.tierIn(offset);
                    _checkChoice("test", tier.test(), uint256(type(Test).max));
                    if (tier.isStepped() && tier.per() == 0) revert NotCanonical("per", 0);
                    offset += tier.width();
                }
                // A last tier that is cut off would read what follows.
                if (offset != end) revert TermsLengthDiffers(length, offset);
            }
        }
        if (length != offset) revert TermsLengthDiffers(length, offset);
    }

    /// @notice The terms in `data`, which {check} must let pass.
    function decode(bytes memory data) internal pure returns (Terms memory terms) {
        PackedTerms t = check(data);
        _decodeHeader(t, terms);
        terms.indicators = new Indicator[](t.indicatorCount());
        for (uint256 i; i < terms.indicators.length; ++i) {
            terms.indicators[i] = t.indicator(i);
        }
        terms.chronic = new ChronicRule[](t.chronicCount());
        for (uint256 i; i < terms.chronic.length; ++i) {
            terms.chronic[i] = t.chronic(i);
        }
        terms.objectives = new Objective[](t.objectiveCount());
        uint256 offset = t.objectivesAt();
        for (uint256 i; i < terms.objectives.length; ++i) {
            (uint256 indicator_, uint256 length) = t.objectiveAt(offset);
            offset += OBJECTIVE;
            uint256 tiers = t.tierCount(offset, length);
            terms.objectives[i] = Objective({indicator: uint8(indicator_), tiers: new Tier[](tiers)});
            for (uint256 j; j < tiers; ++j) {
                terms.objectives[i].tiers[j] = t.tierAt(offset);
                offset += t.tierIn(offset).width();
            }
        }
    }

    /// @notice `terms` as bytes, the inverse of {decode}.
    function encode(Terms memory terms) internal pure returns (bytes memory data) {
        data = abi.encodePacked(_encodeParties(terms), _encodeNumbers(terms));
        for (uint256 i; i < terms.indicators.length; ++i) {
            Indicator memory x = terms.indicators[i];
            data = abi.encodePacked(data, x.id, x.unit, x.mode, x.instances, x.excludedCap);
        }
        for (uint256 i; i < terms.chronic.length; ++i) {
            ChronicRule memory x = terms.chronic[i];
            data = abi.encodePacked(data, x.count, x.window, x.leastShare);
        }
        for (uint256 i; i < terms.objectives.length; ++i) {
            Objective memory x = terms.objectives[i];
            bytes memory tiers;
            for (uint256 j; j < x.tiers.length; ++j) {
                tiers = abi.encodePacked(tiers, _encodeTier(x.tiers[j]));
            }
            if (tiers.length > type(uint16).max) revert ListTooLong(tiers.length, type(uint16).max);
            data = abi.encodePacked(data, x.indicator, uint16(tiers.length), tiers);
        }
    }

    // --------------------------------------------------------------------------------------------------- internal

    function _decodeHeader(PackedTerms t, Terms memory terms) private pure {
        terms.provider = t.provider();
        terms.client = t.client();
        terms.oracle = t.oracle();
        terms.arbiter = t.arbiter();
        terms.token = t.token();
        terms.fee = uint96(t.fee());
        terms.bond = uint96(t.bond());
        terms.pledge = uint96(t.pledge());
        terms.termCreditCap = uint96(t.termCreditCap());
        terms.document = t.document();
        terms.pledgeShare = uint40(t.pledgeShare());
        terms.creditCap = uint40(t.creditCap());
        terms.silenceCredit = uint40(t.silenceCredit());
        terms.anchor = uint40(t.anchor());
        terms.start = uint40(t.start());
        terms.reportWindow = uint32(t.reportWindow());
        terms.disputeWindow = uint32(t.disputeWindow());
        terms.rulingWindow = uint32(t.rulingWindow());
        terms.fundingGrace = uint32(t.fundingGrace());
        terms.periodMonths = uint8(t.periodMonths());
        terms.periods = uint8(t.periods());
        terms.noticePeriods = uint8(t.noticePeriods());
        terms.burnInPeriods = uint8(t.burnInPeriods());
        terms.combination = Combination(_read(t, 225, 1));
    }

    function _encodeParties(Terms memory x) private pure returns (bytes memory) {
        return abi.encodePacked(
            x.provider,
            x.client,
            x.oracle,
            x.arbiter,
            x.token,
            x.fee,
            x.bond,
            x.pledge,
            x.termCreditCap,
            x.document,
            x.pledgeShare,
            x.creditCap,
            x.silenceCredit
        );
    }

    function _encodeTier(Tier memory x) private pure returns (bytes memory data) {
        uint8 choice = uint8(x.test) | (x.proportional ? PROPORTIONAL : 0) | (x.per != 0 ? STEPPED : 0);
        data = abi.encodePacked(x.threshold, choice, x.credit);
        if (x.per != 0) data = abi.encodePacked(data, x.per);
    }

    function _encodeNumbers(Terms memory x) private pure returns (bytes memory) {
        (uint256 month, uint256 since) = Months.split(x.anchor);
        if (month > type(uint16).max) revert NotCanonical("month", month);
        return abi.encodePacked(
            abi.encodePacked(
                uint16(month),
                uint24(since),
                x.start,
                x.reportWindow,
                x.disputeWindow,
                x.rulingWindow,
                x.fundingGrace,
                x.periodMonths
            ),
            abi.encodePacked(
                x.periods,
                x.noticePeriods,
                x.burnInPeriods,
                x.combination,
                _count(x.indicators.length),
                _count(x.chronic.length),
                _count(x.objectives.length)
            )
        );
    }

    function _count(uint256 length) private pure returns (uint8) {
        if (length > type(uint8).max) revert ListTooLong(length, type(uint8).max);
        return uint8(length);
    }

    function _checkChoice(bytes32 what, uint256 actual, uint256 most) private pure {
        if (actual > most) revert ChoiceUnknown(what, actual, most);
    }

    /// @dev The `size` bytes at `offset` as an integer; `size` is 1 to 32.
    function _read(PackedTerms t, uint256 offset, uint256 size) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), mload(add(t, offset)))
        }
    }
}
