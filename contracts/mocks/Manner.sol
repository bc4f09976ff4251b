// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev How a contract answers that means harm.
enum Manner {
    Well, // as it should
    Revert, // reverts without a word
    BurnGas, // burns all it was given
    ReturnBomb, // succeeds, with half a megabyte
    RevertBomb, // reverts, with half a megabyte
    False, // succeeds, with one word of zeros
    Nothing // succeeds, with no data
}

/// @title Bad manners
library Manners {
    uint256 private constant BOMB = 500_000;

    /// @notice End the call in the manner of `manner`. Returns when it is `Well`.
    function end(Manner manner) internal pure {
        assembly ("memory-safe") {
            switch manner
            case 0 {}
            case 1 { revert(0, 0) }
            case 2 { invalid() }
            case 3 { return(mload(0x40), BOMB) }
            case 4 { revert(mload(0x40), BOMB) }
            case 5 {
                mstore(0, 0)
                return(0, 32)
            }
            default { return(0, 0) }
        }
    }
}
