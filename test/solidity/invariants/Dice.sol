// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Chance that follows from a seed: what a run did can be done again.
abstract contract Dice {
    uint256 private _dice;

    function _throw(uint256 seed) internal {
        _dice = uint256(keccak256(abi.encode(_dice, seed)));
    }

    /// @dev A number from `least` to `most`.
    function _pick(uint256 least, uint256 most) internal returns (uint256) {
        uint256 dice = uint256(keccak256(abi.encode(_dice)));
        _dice = dice;
        return least + dice % (most - least + 1);
    }

    /// @dev True once in `often` times.
    function _chance(uint256 often) internal returns (bool) {
        return _pick(1, often) == 1;
    }

    /// @dev The same, but each of the two limits comes up once in eight times.
    function _edgy(uint256 least, uint256 most) internal returns (uint256) {
        uint256 kind = _pick(0, 7);
        if (kind == 0) return least;
        if (kind == 1) return most;
        return _pick(least, most);
    }
}
