// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Seat, State} from "./interfaces/AgreementTypes.sol";
import {ISLAEscrow} from "./interfaces/ISLAEscrow.sol";
import {ISLAFactory} from "./interfaces/ISLAFactory.sol";
import {Answer, Document, Entry, EntryKind, IServiceRecord, Maintenance} from "./interfaces/IServiceRecord.sol";

/// @title The implementation of {IServiceRecord}
/// @notice Calls nothing but the factory and, once that has vouched for it, the agreement, both by views: there is
/// nobody who could call back.
contract ServiceRecord is IServiceRecord {
    // Keeps times within 40 bits.
    uint256 private constant _MOST_AHEAD = 366 days;

    /// @inheritdoc IServiceRecord
    address public immutable factory;
    /// @inheritdoc IServiceRecord
    mapping(address agreement => uint256) public entries;
    mapping(address agreement => mapping(uint256 entry => Entry)) private _entries;

    constructor(address factory_) {
        factory = factory_;
    }

    // ----------------------------------------------------------------------------------------------------- mutators

    /// @inheritdoc IServiceRecord
    function announce(address agreement, Maintenance kind, uint256 start, uint256 end, bytes32 commitment)
        external
        returns (uint256 entry)
    {
        _checkProvider(agreement);
        _checkCommitment(commitment);
        if (kind == Maintenance.None) revert NoKind();
        if (start >= end) revert WindowEmpty(start, end);
        if (end <= block.timestamp) revert MaintenanceOver(end, block.timestamp);
        uint256 latest = block.timestamp + _MOST_AHEAD;
        if (end > latest) revert MaintenanceTooFar(end, latest);
        if (kind == Maintenance.Planned && start <= block.timestamp) revert MaintenanceNotAhead(start, block.timestamp);

        Entry storage e;
        (entry, e) = _open(agreement, EntryKind.Maintenance, Seat.Provider);
        e.maintenance = kind;
        (e.from, e.until) = (uint40(start), uint40(end));
        emit MaintenanceAnnounced(agreement, entry, kind, start, end, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function disclose(address agreement, uint256 began, bytes32 commitment) external returns (uint256 entry) {
        _checkProvider(agreement);
        _checkCommitment(commitment);
        if (began > block.timestamp) revert InTheFuture(began, block.timestamp);

        Entry storage e;
        (entry, e) = _open(agreement, EntryKind.Incident, Seat.Provider);
        e.from = uint40(began);
        emit IncidentDisclosed(agreement, entry, began, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function update(address agreement, uint256 entry, bytes32 commitment) external {
        _checkProvider(agreement);
        _checkCommitment(commitment);
        _standing(agreement, entry, EntryKind.Incident);

        emit IncidentUpdated(agreement, entry, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function resolve(address agreement, uint256 entry, uint256 ended, bytes32 commitment) external {
        _checkProvider(agreement);
        _checkCommitment(commitment);
        Entry storage e = _standing(agreement, entry, EntryKind.Incident);
        if (ended < e.from) revert EndBeforeBeginning(ended, e.from);
        if (ended > block.timestamp) revert InTheFuture(ended, block.timestamp);

        e.isClosed = true;
        e.until = uint40(ended);
        emit IncidentResolved(agreement, entry, ended, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function advise(address agreement, bytes32 commitment) external returns (uint256 entry) {
        _checkProvider(agreement);
        _checkCommitment(commitment);

        (entry,) = _open(agreement, EntryKind.Advice, Seat.Provider);
        emit AdviceGiven(agreement, entry, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function answer(address agreement, uint256 entry, Answer given, bytes32 commitment) external {
        _checkHolder(_stateOf(agreement).client);
        Entry storage e = _standing(agreement, entry, EntryKind.Advice);
        if (given == Answer.None) revert NoKind();
        // Only upwards: neither side can swing between answers, and a refusal never follows an acceptance.
        if (given <= e.answer) revert AnswerStands(entry, e.answer, given);

        e.answer = given;
        e.answeredAt = uint40(block.timestamp);
        emit AdviceAnswered(agreement, entry, given, commitment, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function retract(address agreement, uint256 entry) external {
        _checkProvider(agreement);
        Entry storage e = _entries[agreement][entry];
        if (e.kind == EntryKind.Maintenance) {
            // Afterwards it would be known which windows were of use.
            if (e.from <= block.timestamp) revert MaintenanceBegan(entry, e.from, block.timestamp);
        } else if (e.kind != EntryKind.Advice) {
            revert WrongEntry(entry, e.kind, EntryKind.Advice);
        } else if (e.answer > Answer.Later) {
            revert AnswerStands(entry, e.answer, Answer.None);
        }
        if (e.isClosed) revert EntryClosed(entry);

        e.isClosed = true;
        emit EntryRetracted(agreement, entry, msg.sender, block.timestamp);
    }

    /// @inheritdoc IServiceRecord
    function file(address agreement, Document kind, bytes32 commitment) external returns (uint256 entry) {
        Seat seat = _seatOfCaller(agreement);
        _checkCommitment(commitment);
        if (kind == Document.None) revert NoKind();

        Entry storage e;
        (entry, e) = _open(agreement, EntryKind.Document, seat);
        e.document = kind;
        emit DocumentFiled(agreement, entry, kind, seat, commitment, msg.sender, block.timestamp);
    }

    // -------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IServiceRecord
    function entryOf(address agreement, uint256 entry) external view returns (Entry memory) {
        return _entries[agreement][entry];
    }

    // ----------------------------------------------------------------------------------------------------- internal

    /// @dev The next number, with an entry that says what, who and when.
    function _open(address agreement, EntryKind kind, Seat author) private returns (uint256 entry, Entry storage e) {
        entry = ++entries[agreement];
        e = _entries[agreement][entry];
        e.kind = kind;
        e.author = author;
        e.time = uint40(block.timestamp);
    }

    /// @dev The entry, of that kind and not closed.
    function _standing(address agreement, uint256 entry, EntryKind kind) private view returns (Entry storage e) {
        e = _entries[agreement][entry];
        if (e.kind != kind) revert WrongEntry(entry, e.kind, kind);
        if (e.isClosed) revert EntryClosed(entry);
    }

    /// @dev A seat changes hands: only the agreement knows who holds it now, and only a genuine one is believed.
    function _stateOf(address agreement) private view returns (State memory) {
        if (!ISLAFactory(factory).isGenuine(agreement)) revert NotGenuine(agreement);
        return ISLAEscrow(agreement).state();
    }

    function _checkProvider(address agreement) private view {
        _checkHolder(_stateOf(agreement).provider);
    }

    function _checkHolder(address holder) private view {
        if (msg.sender != holder) revert NotTheSeat(msg.sender, holder);
    }

    function _seatOfCaller(address agreement) private view returns (Seat) {
        State memory state = _stateOf(agreement);
        if (msg.sender == state.provider) return Seat.Provider;
        if (msg.sender == state.client) return Seat.Client;
        revert NotAParty(msg.sender);
    }

    function _checkCommitment(bytes32 commitment) private pure {
        if (commitment == 0) revert NothingCommitted();
    }
}
