// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Seat} from "./AgreementTypes.sol";

/// @notice What an entry of the record is.
enum EntryKind {
    None,
    Maintenance,
    Incident,
    Advice,
    Document
}

/// @notice Whether maintenance was planned. An emergency may have begun when it is announced.
enum Maintenance {
    None,
    Planned,
    Emergency
}

/// @notice What the client says to advice, in the order in which answers may follow each other.
enum Answer {
    None,
    Later,
    Declined,
    Accepted
}

/// @notice What a document is.
enum Document {
    None,
    Notice,
    Report,
    Minutes,
    Certificate,
    Other
}

/// @notice One entry as it stands. What was said is in its events, as commitments.
struct Entry {
    EntryKind kind;
    Seat author;
    Maintenance maintenance;
    Answer answer; // the one that stands
    Document document;
    bool isClosed; // an incident is resolved, or the entry retracted
    uint40 time; // when it was written
    uint40 from; // maintenance: its start; an incident: when it began, as its author says
    uint40 until; // maintenance: its end; an incident: its end as said, 0 while it is not resolved
    uint40 answeredAt; // when the answer that stands was given
}

/// @title The journal beside the money
/// @notice Maintenance announced, incidents disclosed and resolved, advice and the client's answer, documents: kinds,
/// times and salted commitments, never a text, a name or a system. It moves and enforces no money, and nobody can
/// change, remove or backdate what it holds: no admin, no upgrade. Entries of an agreement are numbered from 1.
///
/// Who writes is whoever holds the seat at that moment, by the agreement's own word; an agreement is genuine by the
/// factory's. The time of an entry is the block's. Times that an author states (`start`, `end`, `began`, `ended`) are
/// statements: the record holds the author to them and to when they were made, not to the truth.
///
/// What others can do to you:
/// - The provider can announce maintenance that it does not need, or disclose incidents that are none. What is taken out
///   of a measure has a cap in the terms; everything here is public and stays.
/// - The client can leave advice unanswered. That is no answer, and no consent.
/// - Whoever once held a seat wrote what it wrote: a successor inherits the record with the seat.
/// - Strangers see kinds and times. A commitment tells them nothing as long as its salt stays private.
interface IServiceRecord {
    // ------------------------------------------------------------------------------------------------------- events

    /// @notice Emitted when the provider announces maintenance from `start` until `end`.
    event MaintenanceAnnounced(
        address indexed agreement,
        uint256 entry,
        Maintenance kind,
        uint256 start,
        uint256 end,
        bytes32 commitment,
        address account,
        uint256 time
    );
    /// @notice Emitted when the provider tells of an incident.
    /// @param began When it began, as the provider says
    event IncidentDisclosed(
        address indexed agreement, uint256 entry, uint256 began, bytes32 commitment, address account, uint256 time
    );
    /// @notice Emitted when the provider says more about an incident that is not resolved.
    event IncidentUpdated(
        address indexed agreement, uint256 entry, bytes32 commitment, address account, uint256 time
    );
    /// @notice Emitted when the provider says that an incident is over.
    /// @param ended When it ended, as the provider says
    event IncidentResolved(
        address indexed agreement, uint256 entry, uint256 ended, bytes32 commitment, address account, uint256 time
    );
    /// @notice Emitted when the provider advises the client.
    event AdviceGiven(address indexed agreement, uint256 entry, bytes32 commitment, address account, uint256 time);
    /// @notice Emitted when the client answers advice.
    /// @param commitment 0 when nothing is said beside the answer
    event AdviceAnswered(
        address indexed agreement, uint256 entry, Answer answer, bytes32 commitment, address account, uint256 time
    );
    /// @notice Emitted when the provider takes maintenance that has not begun, or advice that awaits its answer, back.
    event EntryRetracted(address indexed agreement, uint256 entry, address account, uint256 time);
    /// @notice Emitted when a party files a document.
    event DocumentFiled(
        address indexed agreement,
        uint256 entry,
        Document kind,
        Seat seat,
        bytes32 commitment,
        address account,
        uint256 time
    );

    // ------------------------------------------------------------------------------------------------------- errors

    /// @notice Thrown when the account is no agreement of this record's factory.
    error NotGenuine(address account);
    /// @notice Thrown when the caller is neither the provider nor the client.
    error NotAParty(address caller);
    /// @notice Thrown when the caller does not hold the seat the job needs.
    error NotTheSeat(address caller, address holder);
    /// @notice Thrown when a kind or an answer is `None`.
    error NoKind();
    /// @notice Thrown when there is no commitment to what is said.
    error NothingCommitted();
    /// @notice Thrown when a window ends where it starts, or before.
    error WindowEmpty(uint256 start, uint256 end);
    /// @notice Thrown when planned maintenance would be announced as it starts, or later.
    error MaintenanceNotAhead(uint256 start, uint256 time);
    /// @notice Thrown when an emergency would be announced after its end: disclose an incident.
    error MaintenanceOver(uint256 end, uint256 time);
    /// @notice Thrown when maintenance would be announced too far ahead.
    error MaintenanceTooFar(uint256 end, uint256 latest);
    /// @notice Thrown when something would be said to have happened in the future.
    error InTheFuture(uint256 stated, uint256 time);
    /// @notice Thrown when an incident would end before it began.
    error EndBeforeBeginning(uint256 ended, uint256 began);
    /// @notice Thrown when an entry is of another kind than the job needs; `None` when there is no such entry.
    error WrongEntry(uint256 entry, EntryKind actual, EntryKind expected);
    /// @notice Thrown when an incident is resolved already, or an entry retracted.
    error EntryClosed(uint256 entry);
    /// @notice Thrown when an answer does not go beyond the one that stands: `Later`, then `Declined`, then `Accepted`.
    error AnswerStands(uint256 entry, Answer standing, Answer given);
    /// @notice Thrown when maintenance that has begun would be taken back.
    error MaintenanceBegan(uint256 entry, uint256 start, uint256 time);

    // ----------------------------------------------------------------------------------------------------- mutators

    /// @notice Announce maintenance. How long ahead counts, and how much of it, is for the terms to say.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    /// - `start` is before `end`, and `end` at most 366 days ahead.
    /// - Planned: `start` is in the future. Emergency: `end` is.
    function announce(address agreement, Maintenance kind, uint256 start, uint256 end, bytes32 commitment)
        external
        returns (uint256 entry);

    /// @notice Tell of an incident.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    /// - `began` is not in the future.
    function disclose(address agreement, uint256 began, bytes32 commitment) external returns (uint256 entry);

    /// @notice Say more about an incident.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    /// - `entry` is an incident that is not resolved.
    function update(address agreement, uint256 entry, bytes32 commitment) external;

    /// @notice Say that an incident is over.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    /// - `entry` is an incident that is not resolved; `ended` is not before it began and not in the future.
    function resolve(address agreement, uint256 entry, uint256 ended, bytes32 commitment) external;

    /// @notice Advise the client.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    function advise(address agreement, bytes32 commitment) external returns (uint256 entry);

    /// @notice Answer advice. `Later` leaves it open; declined advice may still be accepted; what is accepted stays so.
    /// @param commitment 0 when nothing is said beside the answer
    ///
    /// Requirements:
    /// - The caller holds the client's seat of a genuine agreement.
    /// - `entry` is advice that was not retracted, and `given` goes beyond the answer that stands.
    function answer(address agreement, uint256 entry, Answer given, bytes32 commitment) external;

    /// @notice Take maintenance back before it begins, or advice before it is declined or accepted.
    ///
    /// Requirements:
    /// - The caller holds the provider's seat of a genuine agreement.
    /// - `entry` is maintenance that has not begun, or advice without an answer beyond `Later`.
    function retract(address agreement, uint256 entry) external;

    /// @notice File a document: a commitment to it.
    ///
    /// Requirements:
    /// - The caller holds a seat of a genuine agreement.
    function file(address agreement, Document kind, bytes32 commitment) external returns (uint256 entry);

    // -------------------------------------------------------------------------------------------------------- views

    /// @notice The factory whose agreements have a record here.
    function factory() external view returns (address);

    /// @notice How many entries `agreement` has; the last one's number.
    function entries(address agreement) external view returns (uint256);

    /// @notice An entry as it stands; all zero when there is none.
    function entryOf(address agreement, uint256 entry) external view returns (Entry memory);
}
