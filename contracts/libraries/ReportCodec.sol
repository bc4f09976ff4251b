// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";

/// @notice One unpacked report: where in memory it begins.
type UnpackedReport is uint256;

using ReportCodec for UnpackedReport global;

/// @title Reports as bytes
/// @notice A batch is its reports one after the other, packed big-endian without gaps. All integers are unsigned.
///
/// | offset | bytes | value |
/// |---|---|---|
/// | 0 | 20 | agreement |
/// | 20 | 1 each | period, revision, number of measurements |
/// | 23 | 32 | evidence |
/// | 55 | 8 each | per measurement: total, bad, excluded |
///
/// Packed and read in place, a report of one measurement costs a thousand gas less than as ABI-encoded structs.
library ReportCodec {
    uint256 internal constant HEADER = 55;
    uint256 internal constant MEASUREMENT = 24;

    bytes32 internal constant BATCH_TYPEHASH = keccak256(
        "Batch(Report[] reports)"
        "Measurement(uint64 total,uint64 bad,uint64 excluded)"
        "Report(address agreement,uint8 period,uint8 revision,Measurement[] measurements,bytes32 evidence)"
    );
    bytes32 internal constant REPORT_TYPEHASH = keccak256(
        "Report(address agreement,uint8 period,uint8 revision,Measurement[] measurements,bytes32 evidence)"
        "Measurement(uint64 total,uint64 bad,uint64 excluded)"
    );
    bytes32 internal constant MEASUREMENT_TYPEHASH =
        keccak256("Measurement(uint64 total,uint64 bad,uint64 excluded)");

    /// @notice Thrown when packed reports end inside a report.
    error ReportsLengthDiffers(uint256 actual, uint256 expected);

    // -------------------------------------------------------------------------------------------------- in calldata

    /// @notice Unpack `reports`, one after the other, into new memory. Reverts unless they fill their bytes exactly.
    /// @return leaves Their EIP-712 hashes
    /// @return first The first one, unpacked
    /// @return end Where the last one ends
    function unpack(bytes calldata reports)
        internal
        pure
        returns (bytes32[] memory leaves, UnpackedReport first, UnpackedReport end)
    {
        leaves = new bytes32[](reports.length / HEADER); // as many as fit; shortened below
        first = _free();
        uint256 until = _unpack(reports, leaves);
        if (until != 0) revert ReportsLengthDiffers(reports.length, until);
        end = _free();
    }

    /// @dev One pass over each report writes the call that delivers it, and hashes it in the same place: the
    /// words that EIP-712 wants and the call does not are there for a moment. That halves what a report costs here.
    ///
    /// It returns where the report ends that `reports` cut off, or 0; no calldata is so long that its length overflows.
    ///
    /// | word | for the hash | then |
    /// |---|---|---|
    /// | 0 | type of Report | the agreement |
    /// | 1 | agreement | selector, in the last 4 bytes |
    /// | 2, 3 | period, revision | |
    /// | 4 | hash of the measurements | where they begin in the call |
    /// | 5 | evidence | |
    /// | 6 | type of Measurement | number of measurements |
    /// | 7 ... | total, bad, excluded of each | |
    function _unpack(bytes calldata reports, bytes32[] memory leaves) private pure returns (uint256 until) {
        bytes32 reportType = REPORT_TYPEHASH;
        bytes32 measurementType = MEASUREMENT_TYPEHASH;
        uint256 selector = uint32(ISLAEscrow.report.selector);
        assembly ("memory-safe") {
            let at := mload(0x40)
            let leaf := leaves
            let from := reports.offset
            let last := add(from, reports.length)
            for {} lt(from, last) {} {
                let head := calldataload(from)
                let packed := add(from, HEADER)
                let following := add(packed, mul(byte(22, head), MEASUREMENT))
                if gt(following, last) {
                    until := sub(following, reports.offset)
                    break
                }
                let hashes := add(at, add(0xe0, mul(byte(22, head), 0x60)))
                let hash := hashes
                mstore(add(at, 0xc0), byte(22, head))
                for { let to := add(at, 0xe0) } lt(packed, following) { packed := add(packed, MEASUREMENT) } {
                    let word := calldataload(packed)
                    let before := sub(to, 0x20)
                    let kept := mload(before)
                    mstore(before, measurementType)
                    mstore(to, shr(192, word))
                    mstore(add(to, 0x20), shr(192, shl(64, word)))
                    mstore(add(to, 0x40), shr(192, shl(128, word)))
                    mstore(hash, keccak256(before, 0x80))
                    mstore(before, kept)
                    hash := add(hash, 0x20)
                    to := add(to, 0x60)
                }
                mstore(at, reportType)
                mstore(add(at, 0x20), shr(96, head))
                mstore(add(at, 0x40), byte(20, head))
                mstore(add(at, 0x60), byte(21, head))
                mstore(add(at, 0x80), keccak256(hashes, sub(hash, hashes)))
                mstore(add(at, 0xa0), calldataload(add(from, 23)))
                leaf := add(leaf, 0x20) // a report is at least HEADER long, so it fits
                mstore(leaf, keccak256(at, 0xc0))
                mstore(at, shr(96, head))
                mstore(add(at, 0x20), selector)
                mstore(add(at, 0x80), 0x80)
                at := hashes
                from := following
            }
            mstore(leaves, shr(5, sub(leaf, leaves)))
            mstore(0x40, at)
        }
    }

    function _free() private pure returns (UnpackedReport free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    // --------------------------------------------------------------------------------------------------- in memory

    function agreement(UnpackedReport r) internal pure returns (address account) {
        assembly ("memory-safe") {
            account := mload(r) // 160 bits, as it was unpacked
        }
    }

    function period(UnpackedReport r) internal pure returns (uint256) {
        return _word(r, 2);
    }

    function revision(UnpackedReport r) internal pure returns (uint256) {
        return _word(r, 3);
    }

    /// @notice The call `report(period, revision, measurements, evidence)`, when `following` is the report that follows.
    /// @return start Where its first byte lies
    /// @return size Its length
    function callOf(UnpackedReport r, UnpackedReport following) internal pure returns (uint256 start, uint256 size) {
        unchecked {
            start = UnpackedReport.unwrap(r) + 60;
            size = UnpackedReport.unwrap(following) - start;
        }
    }

    /// @notice The report that follows.
    function next(UnpackedReport r) internal pure returns (UnpackedReport) {
        unchecked {
            return UnpackedReport.wrap(UnpackedReport.unwrap(r) + 224 + _word(r, 6) * 96);
        }
    }

    function _word(UnpackedReport r, uint256 i) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(r, shl(5, i)))
        }
    }

    // -------------------------------------------------------------------------------------------------------- batch

    /// @notice The EIP-712 hash of the batch whose reports have these hashes.
    function batchHash(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32 leavesHash;
        assembly ("memory-safe") {
            leavesHash := keccak256(add(leaves, 0x20), mul(mload(leaves), 0x20))
        }
        return keccak256(abi.encode(BATCH_TYPEHASH, leavesHash));
    }
}
