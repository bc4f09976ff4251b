// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

type PackedTerms is uint256;
type PackedTier is uint256;

using TermsCodec for PackedTerms global;
using TermsCodec for PackedTier global;

/// @title Terms that say anything
/// @notice Stands in for the library that reads terms out of bytes, which is assembly. Every value is any number of
/// its size, the same one whenever it is asked for: `ecrecover` is to the checker just some function of its arguments.
library TermsCodec {
    uint256 internal constant OBJECTIVE = 3;

    function fee(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 1, type(uint96).max);
    }

    function pledge(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 2, type(uint96).max);
    }

    function pledgeShare(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 3, type(uint40).max);
    }

    function creditCap(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 4, type(uint40).max);
    }

    function anchor(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 33, type(uint40).max);
    }

    function anchorAt(PackedTerms t) internal pure returns (uint256 month, uint256 since) {
        return (_some(t, 5, type(uint16).max), _some(t, 31, type(uint24).max));
    }

    function start(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 6, type(uint40).max);
    }

    function reportWindow(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 7, type(uint32).max);
    }

    function disputeWindow(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 8, type(uint32).max);
    }

    function periodMonths(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 9, type(uint8).max);
    }

    function periods(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 10, type(uint8).max);
    }

    function isSum(PackedTerms t) internal pure returns (bool) {
        return _some(t, 11, 1) == 1;
    }

    function indicatorCount(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 12, type(uint8).max);
    }

    function chronicCount(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 13, type(uint8).max);
    }

    function objectiveCount(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 14, type(uint8).max);
    }

    function objectivesAt(PackedTerms t) internal pure returns (uint256) {
        return _some(t, 15, type(uint32).max);
    }

    function countingOf(PackedTerms t, uint256 i) internal pure returns (uint256, uint256, uint256) {
        return (_at(t, 16, i, type(uint8).max), _at(t, 17, i, type(uint32).max), _at(t, 18, i, type(uint64).max));
    }

    function chronicOf(PackedTerms t, uint256 i)
        internal
        pure
        returns (uint256 count, uint256 window, uint256 leastShare)
    {
        return (_at(t, 19, i, type(uint8).max), _at(t, 20, i, type(uint8).max), _at(t, 21, i, type(uint40).max));
    }

    function objectiveAt(PackedTerms t, uint256 offset) internal pure returns (uint256 indicator_, uint256 length) {
        return (_at(t, 22, offset, type(uint8).max), _at(t, 23, offset, type(uint16).max));
    }

    function tierIn(PackedTerms t, uint256 offset) internal pure returns (PackedTier) {
        return PackedTier.wrap(_at(t, 24, offset, type(uint160).max));
    }

    function width(PackedTier tier) internal pure returns (uint256) {
        return _of(tier, 32, type(uint8).max);
    }

    function isRatio(PackedTier tier) internal pure returns (bool) {
        return _of(tier, 25, 1) == 1;
    }

    function isInclusive(PackedTier tier) internal pure returns (bool) {
        return _of(tier, 26, 1) == 1;
    }

    function isProportional(PackedTier tier) internal pure returns (bool) {
        return _of(tier, 27, 1) == 1;
    }

    function threshold(PackedTier tier) internal pure returns (uint256) {
        return _of(tier, 28, type(uint64).max);
    }

    function credit(PackedTier tier) internal pure returns (uint256) {
        return _of(tier, 29, type(uint40).max);
    }

    function per(PackedTier tier) internal pure returns (uint256) {
        return _of(tier, 30, type(uint64).max);
    }

    function _of(PackedTier tier, uint8 which, uint256 most) private pure returns (uint256 value) {
        value = uint160(ecrecover(bytes32(PackedTier.unwrap(tier)), which, 0, 0));
        require(value <= most);
    }

    function _some(PackedTerms t, uint8 which, uint256 most) private pure returns (uint256 value) {
        value = uint160(ecrecover(bytes32(PackedTerms.unwrap(t)), which, 0, 0));
        require(value <= most);
    }

    function _at(PackedTerms t, uint8 which, uint256 place, uint256 most) private pure returns (uint256 value) {
        value = uint160(ecrecover(bytes32(PackedTerms.unwrap(t)), which, bytes32(place), 0));
        require(value <= most);
    }
}
