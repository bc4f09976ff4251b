// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISLAEscrow} from "../interfaces/ISLAEscrow.sol";

/// @notice One packed report: where in calldata its first byte lies.
type PackedReport is uint256;

using ReportCodec for PackedReport global;

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

    // -------------------------------------------------------------------------------------------------- one report

    function agreement(PackedReport r) internal pure returns (address) {
        return address(uint160(_read(r, 0, 20)));
    }

    function period(PackedReport r) internal pure returns (uint256) {
        return _read(r, 20, 1);
    }

    function revision(PackedReport r) internal pure returns (uint256) {
        return _read(r, 21, 1);
    }

    function measurementCount(PackedReport r) internal pure returns (uint256) {
        return _read(r, 22, 1);
    }

    /// @notice Where the report that follows begins.
    function next(PackedReport r) internal pure returns (PackedReport) {
        unchecked {
            return PackedReport.wrap(PackedReport.unwrap(r) + HEADER + r.measurementCount() * MEASUREMENT);
        }
    }

    /// @notice The EIP-712 hash of the report, made in free memory that it leaves free.
    function hash(PackedReport r) internal pure returns (bytes32 result) {
        bytes32 reportType = REPORT_TYPEHASH;
        bytes32 measurementType = MEASUREMENT_TYPEHASH;
        uint256 count = r.measurementCount();
        assembly ("memory-safe") {
            let free := mload(0x40)
            let list := add(free, 0x80)
            let packed := add(r, HEADER)
            let size := mul(count, 32)
            mstore(free, measurementType)
            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                unpack(packed, add(free, 0x20))
                mstore(add(list, i), keccak256(free, 0x80))
                packed := add(packed, MEASUREMENT)
            }
            let measurements := keccak256(list, size)
            let head := calldataload(r)
            mstore(free, reportType)
            mstore(add(free, 0x20), shr(96, head))
            mstore(add(free, 0x40), byte(20, head))
            mstore(add(free, 0x60), byte(21, head))
            mstore(add(free, 0x80), measurements)
            mstore(add(free, 0xa0), calldataload(add(r, 23)))
            result := keccak256(free, 0xc0)

            function unpack(source, target) {
                let word := calldataload(source)
                mstore(target, shr(192, word))
                mstore(add(target, 0x20), and(shr(128, word), 0xffffffffffffffff))
                mstore(add(target, 0x40), and(shr(64, word), 0xffffffffffffffff))
            }
        }
    }

    /// @notice The call `report(period, revision, measurements, evidence)`, in free memory that it leaves free: use it
    /// before anything else allocates.
    /// @return start Where the call's first byte lies
    /// @return size Its length
    function writeCall(PackedReport r) internal pure returns (uint256 start, uint256 size) {
        uint256 selector = uint32(ISLAEscrow.report.selector);
        uint256 count = r.measurementCount();
        assembly ("memory-safe") {
            let free := mload(0x40)
            let head := calldataload(r)
            mstore(free, selector) // its four bytes are the word's last
            mstore(add(free, 0x20), byte(20, head))
            mstore(add(free, 0x40), byte(21, head))
            mstore(add(free, 0x60), 0x80) // where `measurements` begin
            mstore(add(free, 0x80), calldataload(add(r, 23)))
            mstore(add(free, 0xa0), count)
            let to := add(free, 0xc0)
            let packed := add(r, HEADER)
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                unpack(packed, to)
                to := add(to, 0x60)
                packed := add(packed, MEASUREMENT)
            }
            start := add(free, 28)
            size := sub(to, start)

            function unpack(source, target) {
                let word := calldataload(source)
                mstore(target, shr(192, word))
                mstore(add(target, 0x20), and(shr(128, word), 0xffffffffffffffff))
                mstore(add(target, 0x40), and(shr(64, word), 0xffffffffffffffff))
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- all reports

    /// @notice The first report of `reports`, and where the last one ends.
    function open(bytes calldata reports) internal pure returns (PackedReport first, uint256 end) {
        assembly {
            first := reports.offset
            end := add(first, reports.length)
        }
    }

    /// @notice The hashes of all `reports`, in their order. Reverts unless they fill their bytes exactly.
    function hashes(bytes calldata reports) internal pure returns (bytes32[] memory list) {
        (PackedReport report, uint256 end) = open(reports);
        list = new bytes32[](reports.length / HEADER); // as many as fit; shortened below
        uint256 count;
        while (PackedReport.unwrap(report) < end) {
            PackedReport following = report.next();
            if (PackedReport.unwrap(following) > end) {
                uint256 first = end - reports.length;
                revert ReportsLengthDiffers(reports.length, PackedReport.unwrap(following) - first);
            }
            list[count] = report.hash();
            report = following;
            unchecked {
                ++count; // below the list's length
            }
        }
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    /// @notice The EIP-712 hash of the batch whose reports have these hashes.
    function batchHash(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32 leavesHash;
        assembly ("memory-safe") {
            leavesHash := keccak256(add(leaves, 0x20), mul(mload(leaves), 0x20))
        }
        return keccak256(abi.encode(BATCH_TYPEHASH, leavesHash));
    }

    // ----------------------------------------------------------------------------------------------------- internal

    function _read(PackedReport r, uint256 offset, uint256 size) private pure returns (uint256 value) {
        assembly {
            value := shr(sub(256, mul(8, size)), calldataload(add(r, offset)))
        }
    }
}
