// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement, Phase, State, Terms} from "./AgreementTypes.sol";

/// @notice What one seat may do now, and until when. 0 means it may not.
struct Options {
    uint256 acceptUntil;
    uint256 disputeUntil; // dispute, or answer, the current report
    uint256 leaveByNoticeEnd; // the end a notice given now would set
    uint256 leaveAtOnceUntil; // type(uint256).max: as long as the reason stands
    uint256 payout; // what `claim` or `withdraw` pays at most now
}

/// @notice One agreement in one answer.
struct Summary {
    address agreement;
    address token;
    Phase phase;
    State state;
    uint256 fee; // of a full period
    uint256 start;
    uint256 runningPeriod; // the period the clock is in; equals `state.periods` after the end, 0 before the start
    uint256 periodStart; // of the first unresolved period
    uint256 periodEnd;
    uint256 periodFee;
    uint256 reportFrom; // the oracle's window for it
    uint256 reportUntil;
    uint256 resolvesAt; // when it becomes final, or splits, if nobody acts any more
    uint256 lastResolvedBy; // the latest moment at which anything of this agreement can still be open
    uint256 fundedThrough; // every period that ends by then is paid for, with tokens not absorbed yet
    uint256 bondMissing;
    uint256 oracleMayReportUntil; // 0: the oracle can do nothing now
    uint256 arbiterMayRuleUntil; // earliest deadline among open disputes; 0: none
    Options provider;
    Options client;
}

/// @title Answers for pages and scripts
/// @notice Stateless: reads agreements and explains terms over the same libraries that the escrow uses.
interface ISLALens {
    /// @notice Thrown when a period is asked for that the agreement does not have.
    error NoSuchPeriod(uint256 period, uint256 periods);

    /// @notice The terms of an agreement, decoded.
    function termsOf(address agreement) external view returns (Terms memory);

    /// @notice Everything a page shows of one agreement.
    function summary(address agreement) external view returns (Summary memory);

    /// @notice The credit that counts would give in `period`: money, after the period's cap, before the term's.
    /// Reverts like a report when the counts do not add up.
    function creditOf(address agreement, uint256 period, Measurement[] calldata measurements)
        external
        view
        returns (uint256 credit);

    /// @notice [start, end), the fee and the opening of the report window of `period`, after any termination.
    function periodOf(address agreement, uint256 period)
        external
        view
        returns (uint256 start, uint256 end, uint256 fee, uint256 base);

    /// @notice The pledge that a claim of `credit` against a report of `reportCredit` needs.
    function pledgeOf(address agreement, uint256 credit, uint256 reportCredit) external view returns (uint256);

    /// @notice Decode packed terms. Reverts when they are not canonical.
    function decode(bytes calldata packed) external pure returns (Terms memory);

    /// @notice Pack terms. Does not validate them.
    function encode(Terms calldata terms) external pure returns (bytes memory);

    /// @notice Revert with the first limit that packed `terms` break, as creation would at `time`.
    function validate(bytes calldata packed, uint256 time) external pure;
}
