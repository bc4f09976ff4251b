// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement} from "../interfaces/AgreementTypes.sol";

/// @notice Takes a committee's reports in one fixed way: writes them down, does nothing, or misbehaves.
contract AgreementMock {
    enum Manner {
        Record, // emits what came, and the gas it came with
        Ignore, // does nothing, to measure what the committee costs
        Revert,
        BurnGas,
        ReturnBomb, // succeeds, with half a megabyte
        RevertBomb, // reverts, with half a megabyte
        CallBack // calls the committee again with `callBack`
    }

    Manner public immutable MANNER;
    bytes public callBack;

    event Received(
        address caller, uint256 period, uint256 revision, Measurement[] measurements, bytes32 evidence, uint256 gas
    );
    event CalledBack(bool succeeded, bytes answer);

    error Refused(uint256 period);

    constructor(Manner manner) {
        MANNER = manner;
    }

    function setCallBack(bytes calldata data) external {
        callBack = data;
    }

    function report(uint32 period, uint16 revision, Measurement[] calldata measurements, bytes32 evidence) external {
        uint256 gas = gasleft();
        if (MANNER == Manner.Record) emit Received(msg.sender, period, revision, measurements, evidence, gas);
        if (MANNER == Manner.Revert) revert Refused(period);
        if (MANNER == Manner.BurnGas) {
            assembly {
                invalid()
            }
        }
        if (MANNER == Manner.ReturnBomb) {
            assembly {
                return(0, 500000)
            }
        }
        if (MANNER == Manner.RevertBomb) {
            assembly {
                revert(0, 500000)
            }
        }
        if (MANNER == Manner.CallBack) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool succeeded, bytes memory answer) = msg.sender.call(callBack);
            emit CalledBack(succeeded, answer);
        }
    }
}
