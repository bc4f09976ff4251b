// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {ISLAFactory} from "./interfaces/ISLAFactory.sol";
import {ISLALens, Summary} from "./interfaces/ISLALens.sol";
import {Roles} from "./libraries/Roles.sol";
import {PackedTerms, TermsCodec} from "./libraries/TermsCodec.sol";
import {TermsValidation} from "./libraries/TermsValidation.sol";

/// @title The implementation of {ISLAFactory}
contract SLAFactory is ISLAFactory {
    // The terms are part of the clone's code, so they alone make the address.
    bytes32 private constant _SALT = 0;
    // What the longest backlog takes, and as much again.
    uint256 private constant _SUMMARY_GAS = 8_000_000;
    // A clone's own code, before its arguments; and the most code a chain accepts.
    uint256 private constant _LEAST_CODE = 45;
    uint256 private constant _MOST_CODE = 24_576;

    /// @inheritdoc ISLAFactory
    address public immutable implementation;
    /// @inheritdoc ISLAFactory
    address public immutable lens;

    constructor(address implementation_, address lens_) {
        implementation = implementation_;
        lens = lens_;
    }

    /// @inheritdoc ISLAFactory
    function create(bytes memory terms) external returns (address agreement) {
        agreement = _addressOf(terms);
        if (agreement.code.length != 0) return agreement;
        PackedTerms t = TermsCodec.check(terms);
        TermsValidation.check(t, block.timestamp);
        Roles.check(t.provider(), t.client(), t.oracle(), t.arbiter(), t.token(), agreement);

        Clones.cloneDeterministicWithImmutableArgs(implementation, terms, _SALT);
        emit AgreementCreated(agreement, t.provider(), t.client());
    }

    /// @inheritdoc ISLAFactory
    function settle(address[] calldata agreements) external {
        for (uint256 i; i < agreements.length; ++i) {
            if (!isGenuine(agreements[i])) continue;
            // Settling does not fail; running out of gas in one must not undo the others.
            try ISLAEscrow(agreements[i]).settle() {} catch {}
        }
    }

    /// @inheritdoc ISLAFactory
    function addressOf(bytes calldata terms) external view returns (address) {
        return _addressOf(terms);
    }

    /// @inheritdoc ISLAFactory
    function isGenuine(address account) public view returns (bool) {
        uint256 size = account.code.length;
        if (size < _LEAST_CODE || size > _MOST_CODE) return false;
        return account == _addressOf(Clones.fetchCloneArgs(account));
    }

    /// @inheritdoc ISLAFactory
    function summaries(address[] calldata agreements) external view returns (Summary[] memory) {
        // The answer is written once, as it will be returned: decoding and encoding a thousand summaries would take more
        // memory than a node's call may.
        Summary memory blank;
        uint256 size = abi.encode(blank).length;
        bytes memory answer = new bytes(64 + agreements.length * size);
        uint256 place;
        assembly ("memory-safe") {
            mstore(add(answer, 0x20), 0x20)
            mstore(add(answer, 0x40), agreements.length)
            place := add(answer, 0x60)
        }
        for (uint256 i; i < agreements.length; ++i) {
            if (isGenuine(agreements[i])) _summary(agreements[i], place, size);
            place += size;
        }
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }

    /// @dev Write the summary to `place`. Anyone may name me in a draft whose token fails or burns gas: it must not hide the
    /// rest of the page, so then there is none.
    function _summary(address agreement, uint256 place, uint256 size) private view {
        bytes memory data = abi.encodeCall(ISLALens.summary, (agreement));
        address reader = lens;
        assembly ("memory-safe") {
            let told := staticcall(_SUMMARY_GAS, reader, add(data, 0x20), mload(data), 0, 0)
            if and(told, eq(returndatasize(), size)) { returndatacopy(place, 0, size) }
            mstore(0x40, data) // the call is over
        }
    }

    function _addressOf(bytes memory terms) private view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(implementation, terms, _SALT);
    }
}
