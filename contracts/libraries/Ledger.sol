// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The arithmetic of the money
/// @notice Pure sums over four buckets: the client's balance M, the provider's earnings P, the bond B and what is owed.
library Ledger {
    /// @notice Tokens beyond this stay outside of M until M falls: so M always fits 96 bits, whatever the supply.
    uint256 internal constant BALANCE_LIMIT = 1 << 95;

    /// @notice Arrears are paid first: after it `balance > 0` implies `owed == 0`.
    function waterfall(uint256 balance, uint256 earnings, uint256 owed)
        internal
        pure
        returns (uint256, uint256, uint256)
    {
        uint256 paid = min(balance, owed);
        return (balance - paid, earnings + paid, owed - paid);
    }

    /// @notice How much of `extra` unabsorbed tokens M takes.
    function absorbable(uint256 balance, uint256 extra) internal pure returns (uint256) {
        return balance >= BALANCE_LIMIT ? 0 : min(extra, BALANCE_LIMIT - balance);
    }

    /// @notice A credit divided: what lowers the fee, and what only the bond can give.
    function divide(uint256 credit, uint256 fee) internal pure returns (uint256 fromFee, uint256 aboveFee) {
        fromFee = min(credit, fee);
        aboveFee = credit - fromFee;
    }

    /// @notice A disputed fee divided: what the provider earns on every offer, what is held, what of the fee the client is
    /// credited on every offer, and what only the bond can give it. `lowest <= highest`.
    function split(uint256 fee, uint256 lowest, uint256 highest)
        internal
        pure
        returns (uint256 earned, uint256 held, uint256 fromFee, uint256 above)
    {
        (fromFee, above) = divide(lowest, fee);
        earned = fee - min(highest, fee);
        held = fee - earned - fromFee;
    }

    /// @notice A held part divided by the `credit` that was found: what of it the provider earns, what of it the client
    /// gets on top of what was `agreed` at the split, and what more only the bond can give. `agreed <= credit`.
    function release(uint256 fee, uint256 held, uint256 agreed, uint256 credit)
        internal
        pure
        returns (uint256 earned, uint256 fromFee, uint256 above)
    {
        (uint256 agreedFromFee, uint256 agreedAbove) = divide(agreed, fee);
        (fromFee, above) = divide(credit, fee);
        (fromFee, above) = (fromFee - agreedFromFee, above - agreedAbove);
        earned = held - fromFee;
    }

    /// @notice The smaller one.
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @notice The greater one.
    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }
}
