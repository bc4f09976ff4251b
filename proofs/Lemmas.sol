// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Facts about products
/// @notice The checker finds them when it is asked for nothing else. Each is proved below for all numbers; other proofs
/// may then require it of theirs. A lemma's proof bears its name.
library Lemmas {
    /// @notice a <= b implies a * c <= b * c.
    function productRises(uint160 a, uint160 b, uint96 c) internal pure returns (bool) {
        return a > b || uint256(a) * c <= uint256(b) * c;
    }

    /// @notice a < b implies that b * c is above a * c by c at least.
    function productSteps(uint128 a, uint128 b, uint96 c) internal pure returns (bool) {
        return a >= b || uint256(a) * c + c <= uint256(b) * c;
    }
}

/// @title A product never falls with a factor
contract ProductRises {
    function prove(uint160 a, uint160 b, uint96 c) external pure {
        assert(Lemmas.productRises(a, b, c));
    }
}

/// @title One more of a factor is as much more as the other factor
contract ProductSteps {
    function prove(uint128 a, uint128 b, uint96 c) external pure {
        require(Lemmas.productRises(uint160(a) + 1, b, c));
        assert(Lemmas.productSteps(a, b, c));
    }
}
