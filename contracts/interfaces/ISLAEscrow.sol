// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Consent, Dispute, Exit, Measurement, Ruling, Seat, State} from "./AgreementTypes.sol";

/// @title One service-level agreement that enforces itself
/// @notice Holds the client's money, knows the phase, applies the agreed table. Nobody can change it: no admin, no
/// upgrade, no pause, no fee.
///
/// Every call first settles all that is due, as of the moment it became due; so when a call arrives changes nothing.
///
/// What others can do to you:
/// - The oracle can report false counts or stay silent. Watch reports; dispute within `disputeWindow`.
/// - The arbiter can pick the wrong offer or stay silent (then the report stands). It never names an amount.
/// - The token's issuer can freeze or seize it. Tokens that take a fee on transfer or change balances by themselves are
///   not supported: what is missing then is missing for whoever leaves last.
///
/// Safety assumes the token moves what it says it moves. Liveness assumes the chain includes a party's call within the
/// windows of the terms, and for a payout that the token does not refuse the receiver the party names.
interface ISLAEscrow {
    // ------------------------------------------------------------------------------------------------------- events

    // `period` is never indexed: an agreement has at most 240 of them, so a reader takes its events all at once, and saves
    // its parties a hundred gas for each.

    /// @notice Emitted when a seat accepts the terms. When the other has accepted too, the agreement is active and binds both.
    event Accepted(Seat seat, address indexed account);
    /// @notice Emitted when a seat takes its money out of a draft and with it its acceptance back.
    event Unaccepted(Seat indexed seat);
    /// @notice Emitted when tokens that arrived, by whatever way, become the client's balance.
    event Funded(uint256 amount);
    /// @notice Emitted before {Reported} when the oracle corrects its report.
    event Revised(uint256 period, uint256 revision);
    /// @notice Emitted when the oracle reports, or corrects its report.
    /// @param credit Money, after the period's cap
    /// @param evidence Merkle root of the evidence file
    event Reported(uint256 period, uint256 credit, bytes32 evidence, Measurement[] measurements);
    /// @notice Emitted when a seat states its own counts against the report.
    /// @param credit Money, after the period's cap
    event Disputed(
        uint256 period,
        Seat indexed seat,
        uint256 credit,
        uint256 pledge,
        bytes32 evidence,
        Measurement[] measurements
    );
    /// @notice Emitted when a disputed period's undisputed part moves and the rest is held for the arbiter.
    /// @param credit The part of the credit that all offers agree on
    /// @param earned The part of the fee that all offers leave to the provider
    /// @param held The fee share under dispute
    /// @param fromBond What the bond paid of `credit`
    /// @param dueAt When this became due
    event Split(
        uint256 period, uint256 credit, uint256 earned, uint256 held, uint256 fromBond, uint256 dueAt
    );
    /// @notice Emitted before {PeriodFinal} when the arbiter's ruling resolved the period, or its silence: `Declined`.
    event Ruled(uint256 period, Ruling ruling);
    /// @notice Emitted before {PeriodFinal} when the bond paid a part of the period's credit: `amount` in all.
    event BondDrawn(uint256 period, uint256 amount);
    /// @notice Emitted when a period is resolved, once per period.
    /// @param credit What the client was really credited in all, fee and bond
    /// @param earned What the provider earned in all; with `credit`, less what {BondDrawn} says, it is the period's fee
    /// @param dueAt When it became final
    event PeriodFinal(uint256 period, uint256 credit, uint256 earned, uint256 dueAt);
    /// @notice Emitted when bad periods pile up enough for the client to leave at once.
    event ChronicFailure(uint256 indexed rule, uint256 period, uint256 leaveUntil);
    /// @notice Emitted when the bond is made whole.
    event BondPosted(address indexed from, uint256 amount);
    /// @notice Emitted when the end is past and all is resolved: what is left of the bond is the provider's earnings.
    event Closed(uint256 bond, uint256 dueAt);
    /// @notice Emitted when a claimant gets its pledge back (`from == to`) or loses it to the other seat.
    event PledgeMoved(uint256 period, Seat indexed from, Seat indexed to, uint256 amount);
    /// @notice Emitted when the end moves closer. `by` is `None` when both agreed.
    event Terminated(Seat indexed by, Exit exit, uint256 end);
    /// @notice Emitted when a seat gives the first of two keys.
    event ConsentGiven(Seat indexed seat, Consent consent, uint256 expiry);
    /// @notice Emitted when a seat takes its key back.
    event ConsentRevoked(Seat indexed seat, Consent consent);
    /// @notice Emitted when both parties appointed a new oracle.
    event OracleChanged(address indexed oracle);
    /// @notice Emitted when both parties appointed a new arbiter.
    event ArbiterChanged(address indexed arbiter);
    /// @notice Emitted when a seat is offered; the zero address takes the offer back.
    event SeatOffered(Seat indexed seat, address indexed to);
    /// @notice Emitted when an offered seat is taken.
    event SeatTaken(Seat indexed seat, address indexed account);
    /// @notice Emitted when the provider takes its earnings, in a draft its bond.
    event Claimed(address to, uint256 amount);
    /// @notice Emitted when the client takes free balance out.
    event Withdrawn(address to, uint256 amount);
    /// @notice Emitted when a foreign token is sent on to the client's seat.
    event Swept(address indexed token, address indexed to, uint256 amount);

    // ------------------------------------------------------------------------------------------------------- errors

    /// @notice Thrown when the implementation is called instead of an agreement.
    error ImplementationIsInert();
    /// @notice Thrown when the named terms are not this agreement's.
    error TermsDiffer(bytes32 named, bytes32 actual);
    /// @notice Thrown when the agreement is not a draft, so nothing can be accepted.
    error NotDraft();
    /// @notice Thrown when the agreement is not active.
    error NotActive();
    /// @notice Thrown when the agreement is over, so money would have no purpose.
    error AgreementOver();
    /// @notice Thrown when the seat has accepted already.
    error AlreadyAccepted(Seat seat);
    /// @notice Thrown when the caller is neither the provider nor the client.
    error NotAParty(address caller);
    /// @notice Thrown when the caller does not hold the seat the job needs.
    error NotTheSeat(address caller, address holder);
    /// @notice Thrown when the caller is not the oracle.
    error NotTheOracle(address caller, address oracle);
    /// @notice Thrown when the caller is not the arbiter.
    error NotTheArbiter(address caller, address arbiter);
    /// @notice Thrown when the balance does not hold what the job needs.
    error BalanceTooLow(uint256 actual, uint256 needed);
    /// @notice Thrown when a pull of tokens brought less or more than was asked for.
    error ArrivedAmountDiffers(uint256 actual, uint256 asked);
    /// @notice Thrown when the named period is not the one that is awaiting its resolution.
    error NotTheCurrentPeriod(uint256 period, uint256 current);
    /// @notice Thrown when a report comes before its window opens.
    error ReportTooEarly(uint256 time, uint256 opensAt);
    /// @notice Thrown when a report comes after its window closed: silence stands.
    error ReportTooLate(uint256 time, uint256 closedAt);
    /// @notice Thrown when a report is not exactly the next revision, or a claim or consent names another one.
    error WrongRevision(uint256 actual, uint256 expected);
    /// @notice Thrown when a report comes after a dispute froze it.
    error ReportIsFrozen(uint256 period);
    /// @notice Thrown when there is no report to dispute or agree about.
    error NothingReported(uint256 period);
    /// @notice Thrown when a seat claims twice in one dispute.
    error AlreadyClaimed(Seat seat, uint256 period);
    /// @notice Thrown when a claim's credit is not strictly on the claimant's side of the report's.
    error ClaimNotBetter(uint256 credit, uint256 reportCredit);
    /// @notice Thrown when a period is not awaiting a ruling.
    error NoOpenDispute(uint256 period);
    /// @notice Thrown when an arbiter says nothing.
    error NoRuling();
    /// @notice Thrown when nothing is missing of the bond.
    error BondIsWhole();
    /// @notice Thrown when there is nothing to pay out or send on.
    error NothingToPay();
    /// @notice Thrown when more is asked for than is free.
    error AmountAboveFree(uint256 amount, uint256 free);
    /// @notice Thrown when a termination names no way to leave.
    error NoExit();
    /// @notice Thrown when an end would not lie before the present one, or lies in the past.
    error EndNotEarlier(uint256 end, uint256 present);
    /// @notice Thrown when an end would lie in the past.
    error EndInThePast(uint256 end, uint256 time);
    /// @notice Thrown when someone would leave at once before the agreement starts.
    error NotStarted(uint256 time, uint256 start);
    /// @notice Thrown when no chronic right to leave stands.
    error NoChronicRight(uint256 time, uint256 leaveUntil);
    /// @notice Thrown when the bond has not been short for long enough; `since` is 0 when it is whole.
    error BondNotShortLongEnough(uint256 since, uint256 grace);
    /// @notice Thrown when the fees are covered.
    error FeesAreCovered(uint256 balance, uint256 needed);
    /// @notice Thrown when the period has not run for the funding grace yet.
    error GraceNotOver(uint256 time, uint256 graceEnd);
    /// @notice Thrown when a consent's fields do not fit its kind.
    error MalformedConsent();
    /// @notice Thrown when a consent's expiry is past or too far away.
    error ExpiryOutOfRange(uint256 expiry, uint256 earliest, uint256 latest);
    /// @notice Thrown when there is no such consent to revoke.
    error NoSuchConsent();
    /// @notice Thrown when an agreed credit is outside of what may be agreed.
    error CreditOutOfRange(uint256 credit, uint256 least, uint256 most);
    /// @notice Thrown when a seat was not offered to the caller.
    error SeatNotOffered(address caller, address offeredTo);
    /// @notice Thrown when the balance is below what the taker of a seat accepts.
    error BalanceBelowAccepted(uint256 balance, uint256 least);
    /// @notice Thrown when the end is later than the taker of a seat accepts.
    error EndAfterAccepted(uint256 end, uint256 latest);
    /// @notice Thrown when a sweep names the agreement's own token, or moves it.
    error OwnToken(address token);

    // ----------------------------------------------------------------------------------------------------- mutators

    /// @notice Accept the terms for the caller's seat. When both acceptances stand, the agreement is active.
    ///
    /// Requirements:
    /// - The agreement is a draft: before `start`, not accepted by both.
    /// - `agreedTerms` is {termsHash}.
    /// - The client's balance covers the first period's fee; the provider has approved the bond, which is pulled.
    function accept(bytes32 agreedTerms) external;

    /// @notice Add `amount` of the caller's tokens to the client's balance. Arrears are paid from it first.
    /// A plain transfer to the agreement does the same.
    ///
    /// Requirements:
    /// - Draft or active, or something is still owed; the caller has approved `amount`.
    function fund(uint256 amount) external;

    /// @notice {fund} with a signed approval. A permit that fails is ignored; the allowance decides.
    function fundWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Count tokens that arrived by plain transfer, and settle.
    function sync() external;

    /// @notice Post what was measured in `period`, or correct the report with the next revision.
    /// @param revision 0, then exactly one more each time; at most 254
    /// @param measurements One per indicator, in the order of the terms
    /// @param evidence Merkle root of the evidence file
    ///
    /// Requirements:
    /// - The caller is the oracle; `period` is the first unresolved one; now is in [base, base + R).
    /// - The report was not disputed. The counts add up.
    ///
    /// `period` and `revision` are narrower here than elsewhere, so that this, which is called every month, is found first
    /// among the functions: it saves 110 gas a month.
    function report(uint32 period, uint16 revision, Measurement[] calldata measurements, bytes32 evidence) external;

    /// @notice State other counts than the report's, or answer the other seat's claim. Once per seat, irrevocable.
    ///
    /// Requirements:
    /// - The caller is a party; now is in [t, t + D), or for an answer in [d, d + D).
    /// - `revision` is the report's, 255 for silence; the credit of `measurements` is strictly on the caller's side.
    /// - The pledge is approved: the greater of `pledge` and `pledgeShare` of the difference. It is pulled.
    function dispute(uint256 period, uint256 revision, Measurement[] calldata measurements, bytes32 evidence) external;

    /// @notice Pick whose counts are right. `Declined`, or picking a claim that was not made, lets the report stand.
    ///
    /// Requirements:
    /// - The caller is the arbiter; the period is split and now is in [d + D, d + D + W).
    function rule(uint256 period, Ruling ruling) external;

    /// @notice Settle all that is due. Changes nothing that would not happen by itself.
    function settle() external;

    /// @notice Say what the other party must say alike by its own call; the second one executes it.
    /// @param expiry At most 30 days from now
    ///
    /// Requirements:
    /// - Active; the caller is a party.
    /// - Credit: `period` is reported, or split, with `revision`; the credit is at most the cap, after a split between the offers.
    /// - Oracle, Arbiter: the roles stay distinct. End: not in the past and earlier than the present end.
    function agree(Consent calldata consent, uint256 expiry) external;

    /// @notice Take the caller's consent back.
    function revoke(Consent calldata consent) external;

    /// @notice Pull from the caller exactly what is missing of the bond.
    ///
    /// Requirements:
    /// - Active; something is missing; the caller has approved it.
    function postBond() external;

    /// @notice Pay the provider's earnings to `to`. In a draft and after it lapsed the bond too, which un-accepts.
    function claim(address to) external;

    /// @notice Pay free balance of the client to `to`. In a draft this un-accepts.
    function withdraw(address to, uint256 amount) external;

    /// @notice Bring the end closer. See {Exit} for who may and when.
    function terminate(Exit exit) external;

    /// @notice Offer the caller's seat to `to`, with all that belongs to it. Zero takes the offer back.
    function offerSeat(address to) external;

    /// @notice Take the seat offered to the caller. All open consents die.
    /// @param leastBalance The least client's balance the caller accepts
    /// @param latestEnd The latest end the caller accepts
    function takeSeat(Seat seat, uint256 leastBalance, uint256 latestEnd) external;

    /// @notice Send a foreign token that was sent here by mistake to the client's seat.
    function sweep(address token) external;

    // -------------------------------------------------------------------------------------------------------- views

    /// @notice The packed terms, as {TermsCodec} lays them out. `SLALens` decodes them.
    function terms() external view returns (bytes memory);

    /// @notice keccak256 of the packed terms: what the parties accept.
    function termsHash() external view returns (bytes32);

    /// @notice The agreement as of now, with all that is due settled in memory. Reverts inside a call of the agreement,
    /// where a token's callback would see its money half moved.
    function state() external view returns (State memory);

    /// @notice A disputed period as of now, until it is resolved; then all is zero.
    function disputeOf(uint256 period) external view returns (Dispute memory);

    /// @notice When `seat`'s consent expires; 0 when there is none.
    function consentOf(Seat seat, Consent calldata consent) external view returns (uint256 expiry);

    /// @notice To whom `seat` is offered; 0 when to nobody.
    function seatOffer(Seat seat) external view returns (address);

    /// @notice The periods in which a credit reached `rule`'s least share: bit k for period k.
    function chronicPeriods(uint256 rule) external view returns (uint256 bits);
}
