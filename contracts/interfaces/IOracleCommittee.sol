// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One member's yes. A key signs with 65 bytes, a contract as its ERC-1271 rule wants it.
struct Signature {
    address signer;
    bytes signature;
}

/// @title An oracle of several members
/// @notice Reports what a quorum of its members signed: `threshold` of them, always more than half. An agreement that
/// names a committee as its oracle agrees to whatever members the committee gives itself by that quorum. There is no
/// other power: no admin, no owner.
///
/// Members sign a *batch* of reports, one signature for all agreements they serve (EIP-712, domain "Upheld Oracle
/// Committee" version "1" with chain and committee):
///
///     Batch(Report[] reports)
///     Report(address agreement,uint8 period,uint8 revision,Measurement[] measurements,bytes32 evidence)
///     Measurement(uint64 total,uint64 bad,uint64 excluded)
///
/// Anyone may deliver a signed batch, any subset of it, and any of it again: an agreement takes a report only from its
/// oracle, in its window, with exactly the next revision, so an old batch has no effect.
///
/// What others can do to you:
/// - A quorum can report false counts for every agreement it serves; members beyond n - threshold that stay silent
///   silence it. The parties dispute, or appoint another oracle together.
/// - To sign is to publish: whoever has the signatures delivers them, in any order, as long as the signers are members.
///   Sign one report per agreement, period and revision; of two, the first to arrive stands.
/// - An agreement in the batch may be any contract. It can waste {gasPerReport} of the deliverer's gas, no more, and
///   harm no other entry. Leave it out and deliver the rest.
interface IOracleCommittee {
    // ------------------------------------------------------------------------------------------------------- events

    /// @notice Emitted when the committee gets its members, at first or by its own quorum.
    /// @param nonce How many replacements came before
    event MembersReplaced(address[] members, uint256 threshold, uint256 nonce);
    /// @notice Emitted when an agreement did not take a report, or is not a contract. It can be delivered again.
    event ReportFailed(address indexed agreement, uint256 indexed period, uint256 revision);
    /// @notice Emitted once per delivery. Each report that was taken is told by its agreement's own event.
    /// @param digest What the members signed
    /// @param reports How many were given
    /// @param failures How many of them failed
    event BatchDelivered(bytes32 indexed digest, uint256 reports, uint256 failures);

    // ------------------------------------------------------------------------------------------------------- errors

    /// @notice Thrown when a committee would have no member, or too many.
    error MemberCountOutOfRange(uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when a threshold is not more than half of the members, or more than all.
    error ThresholdOutOfRange(uint256 actual, uint256 least, uint256 most);
    /// @notice Thrown when members are not strictly ascending, starting above zero: so none is zero and none is twice.
    error MembersNotAscending(address previous, address member);
    /// @notice Thrown when fewer members signed than needed.
    error TooFewSignatures(uint256 actual, uint256 threshold);
    /// @notice Thrown when signers are not strictly ascending: so nobody counts twice.
    error SignersNotAscending(address previous, address signer);
    /// @notice Thrown when a signer is not a member.
    error NotAMember(address signer);
    /// @notice Thrown when the signature is not the signer's, or not one for this.
    error WrongSignature(address signer);
    /// @notice Thrown when there is nothing to deliver.
    error EmptyBatch();
    /// @notice Thrown when a report is not in the signed list, or not in the list's order.
    error NotInBatch(uint256 index, bytes32 leaf);
    /// @notice Thrown when the gas left could not give the next report its share. Nothing was delivered.
    error GasBelowFloor(uint256 actual, uint256 floor);

    // ----------------------------------------------------------------------------------------------------- mutators

    /// @notice Deliver reports that a quorum signed. One that fails does not stop the others.
    /// @param reports Packed one after the other as {ReportCodec} lays them out
    /// @param leaves Empty when `reports` is the whole batch; else the hashes of all its reports, in the signed order
    /// @return failures How many reports were not taken
    ///
    /// Requirements:
    /// - At least `threshold` members signed, given in ascending order; every signature given is good.
    /// - With `leaves`: each report is one of them, in their order.
    /// - Before each report the gas left is at least {gasFloor}; else nothing of the call happens.
    function deliver(bytes calldata reports, bytes32[] calldata leaves, Signature[] calldata signatures)
        external
        returns (uint256 failures);

    /// @notice Replace all members and the threshold. Signatures of former members no longer count, on old batches too.
    ///
    /// Members sign `Replace(address[] members,uint256 threshold,uint256 nonce)`. One that was signed and never sent
    /// dies with the next replacement.
    ///
    /// Requirements:
    /// - At least `threshold` present members signed this list, threshold and {nonce}, given in ascending order.
    /// - 1 to 32 members, not zero, strictly ascending; more than half and at most all of them make the new threshold.
    function replace(address[] calldata newMembers, uint256 newThreshold, Signature[] calldata signatures) external;

    // -------------------------------------------------------------------------------------------------------- views

    /// @notice The members, ascending.
    function members() external view returns (address[] memory);

    /// @notice How many members must sign.
    function threshold() external view returns (uint256);

    /// @notice How often members were replaced: what the next replacement's signatures must name.
    function nonce() external view returns (uint256);

    /// @notice Whether `account` is a member.
    function isMember(address account) external view returns (bool);

    /// @notice The hashes of packed reports, in their order: the `leaves` for delivering some of them.
    function leavesOf(bytes calldata reports) external pure returns (bytes32[] memory leaves);

    /// @notice What members sign for a batch with these leaves.
    function digestOf(bytes32[] calldata leaves) external view returns (bytes32);

    /// @notice What members sign to replace the members now.
    function replaceDigestOf(address[] calldata newMembers, uint256 newThreshold) external view returns (bytes32);

    /// @notice The gas each report gets, used or not: enough to settle all silent periods of any agreement on the way.
    function gasPerReport() external pure returns (uint256);

    /// @notice The gas that must be left before each report, so that nobody can starve it.
    function gasFloor() external pure returns (uint256);
}
