// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract that signs: with its owner's key, or in one of the ways that must not be taken for a signature.
contract ERC1271Wallet is IERC1271 {
    enum Answer {
        OwnerSigned, // the magic word when the owner signed, else zero
        Short, // only the four bytes of the magic word
        Dirty, // the magic word with something behind it in the same word
        MagicRevert, // reverts with the magic word
        Bomb, // 300,000 bytes of zeros
        MagicBomb, // the magic word and 300,000 bytes more
        BurnGas,
        WhenCapped // the magic word when it got 490,000 to 500,000 gas, else zero
    }

    address public immutable OWNER;
    Answer public answer;

    constructor(address owner) {
        OWNER = owner;
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        uint256 gas = gasleft();
        Answer chosen = answer;
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        if (chosen == Answer.BurnGas) {
            assembly {
                invalid()
            }
        }
        if (chosen == Answer.WhenCapped) return gas > 490_000 && gas <= 500_000 ? bytes4(magic) : bytes4(0);
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, magic)
            switch chosen
            case 1 { return(free, 4) }
            case 2 {
                mstore(free, or(magic, 1))
                return(free, 32)
            }
            case 3 { revert(free, 32) }
            case 4 { return(add(free, 32), 300000) }
            case 5 { return(free, 300000) }
        }
        (address recovered,,) = ECDSA.tryRecoverCalldata(hash, signature);
        return recovered == OWNER ? bytes4(magic) : bytes4(0);
    }
}
