// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {Terms} from "./interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {ISLAFactory} from "./interfaces/ISLAFactory.sol";
import {ISLALens, Summary} from "./interfaces/ISLALens.sol";
import {Roles} from "./libraries/Roles.sol";
import {TermsCodec} from "./libraries/TermsCodec.sol";
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
    function create(bytes calldata terms) external returns (address agreement) {
        agreement = addressOf(terms);
        if (agreement.code.length != 0) return agreement;
        Terms memory decoded = TermsCodec.decode(terms);
        TermsValidation.check(decoded, TermsCodec.wrap(terms), block.timestamp);
        Roles.check(decoded.provider, decoded.client, decoded.oracle, decoded.arbiter, decoded.token, agreement);

        Clones.cloneDeterministicWithImmutableArgs(implementation, terms, _SALT);
        emit AgreementCreated(agreement, decoded.provider, decoded.client, keccak256(terms));
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
    function addressOf(bytes calldata terms) public view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(implementation, terms, _SALT);
    }

    /// @inheritdoc ISLAFactory
    function isGenuine(address account) public view returns (bool) {
        uint256 size = account.code.length;
        if (size < _LEAST_CODE || size > _MOST_CODE) return false;
        bytes memory args = Clones.fetchCloneArgs(account);
        return account == Clones.predictDeterministicAddressWithImmutableArgs(implementation, args, _SALT);
    }

    /// @inheritdoc ISLAFactory
    function summaries(address[] calldata agreements) external view returns (Summary[] memory page) {
        page = new Summary[](agreements.length);
        for (uint256 i; i < agreements.length; ++i) {
            if (!isGenuine(agreements[i])) continue;
            // Anyone may name me in a draft whose token fails or burns gas: it must not hide the rest of the page.
            try ISLALens(lens).summary{gas: _SUMMARY_GAS}(agreements[i]) returns (Summary memory summary) {
                page[i] = summary;
            } catch {}
        }
    }
}
