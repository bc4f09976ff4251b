// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IOracleCommittee, Signature} from "./interfaces/IOracleCommittee.sol";
import {ReportCodec, UnpackedReport} from "./libraries/ReportCodec.sol";

/// @title An oracle of several members
contract OracleCommittee is IOracleCommittee, EIP712 {
    uint256 private constant MAX_MEMBERS = 32;

    /// The largest table after 239 silent periods, each drawing on the bond and counting under four chronic rules, took
    /// 4.2 million.
    uint256 private constant REPORT_GAS = 5_000_000;
    /// A call passes on at most 63/64 of what is left; the rest covers what happens between the check and the call.
    uint256 private constant REPORT_GAS_FLOOR = (REPORT_GAS * 64) / 63 + 2_000;
    /// For a member that is a contract: a multi-signature wallet of many owners, or one that checks passkeys in code.
    uint256 private constant SIGNATURE_GAS = 500_000;

    bytes32 private constant REPLACE_TYPEHASH =
        keccak256("Replace(address[] members,uint256 threshold,uint256 nonce)");

    address[] private _members;
    /// @inheritdoc IOracleCommittee
    mapping(address account => bool) public isMember;
    /// @inheritdoc IOracleCommittee
    uint256 public threshold;
    /// @inheritdoc IOracleCommittee
    uint256 public nonce;

    constructor(address[] memory firstMembers, uint256 firstThreshold) EIP712("Upheld Oracle Committee", "1") {
        _seat(firstMembers, firstThreshold);
        emit MembersReplaced(firstMembers, firstThreshold, 0);
    }

    // ----------------------------------------------------------------------------------------------------- mutators

    /// @inheritdoc IOracleCommittee
    function deliver(bytes calldata reports, bytes32[] calldata leaves, Signature[] calldata signatures)
        external
        returns (uint256 failures)
    {
        (bytes32[] memory given, UnpackedReport report, UnpackedReport end) = ReportCodec.unpack(reports);
        if (given.length == 0) revert EmptyBatch();
        if (leaves.length > 0) _checkAmong(given, leaves);
        bytes32 digest = _hashTypedDataV4(ReportCodec.batchHash(leaves.length > 0 ? leaves : given));
        _checkQuorum(digest, signatures);

        while (UnpackedReport.unwrap(report) < UnpackedReport.unwrap(end)) {
            UnpackedReport following = report.next();
            if (!_deliver(report, following)) {
                ++failures;
                emit ReportFailed(report.agreement(), report.period(), report.revision());
            }
            report = following;
        }
        // after the calls, for the count; nothing is stored, so a call back finds nothing half done
        emit BatchDelivered(digest, given.length, failures);
    }

    /// @inheritdoc IOracleCommittee
    function replace(address[] calldata newMembers, uint256 newThreshold, Signature[] calldata signatures) external {
        _checkQuorum(_replaceDigestOf(newMembers, newThreshold), signatures);
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; ++i) {
            delete isMember[_members[i]];
        }
        _seat(newMembers, newThreshold);
        emit MembersReplaced(newMembers, newThreshold, ++nonce);
    }

    // -------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IOracleCommittee
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @inheritdoc IOracleCommittee
    function leavesOf(bytes calldata reports) external pure returns (bytes32[] memory leaves) {
        (leaves,,) = ReportCodec.unpack(reports);
    }

    /// @inheritdoc IOracleCommittee
    function digestOf(bytes32[] calldata leaves) external view returns (bytes32) {
        return _hashTypedDataV4(ReportCodec.batchHash(leaves));
    }

    /// @inheritdoc IOracleCommittee
    function replaceDigestOf(address[] calldata newMembers, uint256 newThreshold) external view returns (bytes32) {
        return _replaceDigestOf(newMembers, newThreshold);
    }

    /// @inheritdoc IOracleCommittee
    function gasPerReport() external pure returns (uint256) {
        return REPORT_GAS;
    }

    /// @inheritdoc IOracleCommittee
    function gasFloor() external pure returns (uint256) {
        return REPORT_GAS_FLOOR;
    }

    // ----------------------------------------------------------------------------------------------------- internal

    /// Whoever delivers chooses the gas: without the floor a report could fail that its agreement would have taken.
    /// What the agreement returns is not looked at, so that no return data can be made expensive.
    function _deliver(UnpackedReport report, UnpackedReport following) private returns (bool delivered) {
        address agreement = report.agreement();
        if (agreement.code.length == 0) return false; // a call to nothing succeeds
        (uint256 start, uint256 size) = report.callOf(following);
        uint256 gasLeft = gasleft();
        if (gasLeft < REPORT_GAS_FLOOR) revert GasBelowFloor(gasLeft, REPORT_GAS_FLOOR);
        assembly ("memory-safe") {
            delivered := call(REPORT_GAS, agreement, 0, start, size, 0, 0)
        }
    }

    /// One pass: both lists are in the signed order.
    function _checkAmong(bytes32[] memory given, bytes32[] calldata leaves) private pure {
        uint256 cursor;
        for (uint256 i = 0; i < given.length; ++i) {
            while (cursor < leaves.length && leaves[cursor] != given[i]) {
                ++cursor;
            }
            if (cursor == leaves.length) revert NotInBatch(i, given[i]);
            ++cursor;
        }
    }

    function _checkQuorum(bytes32 digest, Signature[] calldata signatures) private view {
        uint256 needed = threshold;
        if (signatures.length < needed) revert TooFewSignatures(signatures.length, needed);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = signatures[i].signer;
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            if (!isMember[signer]) revert NotAMember(signer);
            if (!_hasSigned(signer, digest, signatures[i].signature)) revert WrongSignature(signer);
            previous = signer;
        }
    }

    /// The key is tried first, so an account with delegated code (EIP-7702) can go on signing with it.
    function _hasSigned(address signer, bytes32 digest, bytes calldata signature) private view returns (bool) {
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        return recovered == signer || _hasApproved(signer, digest, signature);
    }

    /// ERC-1271 with capped gas. One word is read of whatever comes back; less than a word leaves old memory in it, so
    /// it is no answer.
    function _hasApproved(address signer, bytes32 digest, bytes calldata signature) private view returns (bool yes) {
        bytes memory data = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            let called := staticcall(SIGNATURE_GAS, signer, add(data, 32), mload(data), 0, 32)
            yes := and(called, and(gt(returndatasize(), 31), eq(mload(0), magic)))
        }
    }

    function _seat(address[] memory newMembers, uint256 newThreshold) private {
        uint256 count = newMembers.length;
        if (count == 0 || count > MAX_MEMBERS) revert MemberCountOutOfRange(count, 1, MAX_MEMBERS);
        uint256 least = count / 2 + 1;
        if (newThreshold < least || newThreshold > count) revert ThresholdOutOfRange(newThreshold, least, count);
        address previous = address(0);
        for (uint256 i = 0; i < count; ++i) {
            address member = newMembers[i];
            if (member <= previous) revert MembersNotAscending(previous, member);
            isMember[member] = true;
            previous = member;
        }
        _members = newMembers;
        threshold = newThreshold;
    }

    function _replaceDigestOf(address[] calldata newMembers, uint256 newThreshold) private view returns (bytes32) {
        bytes32 membersHash = keccak256(abi.encodePacked(newMembers));
        return _hashTypedDataV4(keccak256(abi.encode(REPLACE_TYPEHASH, membersHash, newThreshold, nonce)));
    }
}
