import { hint, later, unlessZero, type Hints } from "./hint.ts";

const STATUS = "`upheld status` shows where the agreement stands.";
const NOTICE = "Leave by notice instead: `upheld terminate AGREEMENT notice`. " + STATUS;

/** The errors of an agreement in use. */
export const ESCROW: Hints = {
  // SLAEscrow: drafts
  ImplementationIsInert: hint(
    "This is the code all agreements share, not an agreement.",
    "Use an agreement's address.",
  ),
  TermsDiffer: hint(
    "The terms named ({named}) are not this agreement's ({actual}).",
    "Compare your file with `upheld check`; accept only terms you have read.",
  ),
  NotDraft: hint("The agreement is no draft any more.", STATUS),
  NotActive: hint("The agreement is not active: a draft, lapsed, or over.", STATUS),
  AgreementOver: hint("The agreement is over, so it takes no more money.", STATUS),
  AlreadyAccepted: hint("The {seat:seat} has accepted already.", "Nothing is left to do for this seat."),

  // SLAEscrow: who
  NotAParty: hint("{caller} is neither the provider nor the client.", "Sign with the key of one of the two seats."),
  NotTheSeat: hint("{caller} does not hold the seat; {holder} does.", "Sign with the key of {holder}."),
  NotTheOracle: hint("{caller} is not the oracle; {oracle} is.", "Sign with the oracle's key."),
  NotTheArbiter: hint("{caller} is not the arbiter; {arbiter} is.", "Sign with the arbiter's key."),

  // SLAEscrow: money
  BalanceTooLow: hint(
    "The client's balance is {actual:money}; {needed:money} is needed.",
    "Fund the agreement first: `upheld fund`.",
  ),
  ArrivedAmountDiffers: hint(
    "The token moved {actual:money} where {asked:money} was asked.",
    "Tokens that take a fee on transfer are not supported.",
  ),
  BondIsWhole: hint("Nothing is missing of the bond.", "Nothing is left to do."),
  NothingToPay: hint("There is nothing to pay out or send on.", STATUS),
  AmountAboveFree: hint(
    "{amount:money} is more than the {free:money} that is free.",
    "Ask for less: what periods that run or are awaited cost stays in. " + STATUS,
  ),

  // SLALens
  NoSuchPeriod: hint("There is no period {period}; the agreement has {periods}.", "Periods are counted from 0."),

  // SLAEscrow: reports
  NotTheCurrentPeriod: hint(
    "Period {period} is not the one awaiting its resolution; that is {current}.",
    "Periods are resolved in order. Name the current one, counted from 0.",
  ),
  ReportTooEarly: later("The report's window opens {opensAt:time}; it is {time:time}.", "Run it again then."),
  ReportTooLate: hint(
    "The report's window closed {closedAt:time}; it is {time:time}.",
    "Silence stands at the agreed credit. Either party may dispute it with its own counts, or both agree on a credit.",
  ),
  WrongRevision: hint(
    "The revision named is {actual:revision}; it must be {expected:revision}.",
    "Somebody reported meanwhile: look at `upheld status`, then name the revision it shows.",
  ),
  ReportIsFrozen: hint(
    "The report of period {period} is disputed and cannot change.",
    "The arbiter decides whose counts are right, or both parties agree on a credit.",
  ),
  NothingReported: later("Period {period} has no report yet.", "There is nothing to dispute or agree about before."),

  // SLAEscrow: disputes
  AlreadyClaimed: hint(
    "The {seat:seat} has claimed in period {period} already.",
    "A claim is made once and is irrevocable.",
  ),
  ClaimNotBetter: hint(
    "The claim's credit ({credit:money}) is not on the claimant's side of the report's ({reportCredit:money}).",
    "A client claims more credit than reported, a provider less. The same step of the table is nothing to dispute.",
  ),
  NoOpenDispute: hint("Period {period} awaits no ruling.", STATUS),
  NoRuling: hint("No ruling was named.", "Say report, provider, client or declined."),

  // SLAEscrow: leaving
  NoExit: hint("No way to leave was named.", "Say notice, chronic, bond or nonpayment."),
  EndNotEarlier: hint(
    "The end would be {end:time}, which is not before the present one, {present:time}.",
    "An end only ever comes closer.",
  ),
  EndInThePast: hint("The end {end:time} is past; it is {time:time}.", "Agree on an end that is still to come."),
  NotStarted: hint(
    "The agreement starts {start:time}; it is {time:time}.",
    "Before that, leave by notice, or agree on an end.",
  ),
  NoChronicRight: unlessZero(
    "leaveUntil",
    hint("There was no chronic failure, so there is no right to leave at once.", NOTICE),
    hint("The right to leave at once for chronic failure ended {leaveUntil:time}; it is {time:time}.", NOTICE),
  ),
  BondNotShortLongEnough: unlessZero(
    "since",
    hint("Nothing is missing of the bond, so there is no right to leave at once.", NOTICE),
    later(
      "The bond is short since {since:time}; the right to leave comes after a grace of {grace:span}.",
      "Run it again then, if the bond is still short.",
    ),
  ),
  FeesAreCovered: hint("The fees are covered: {balance:money} is there, {needed:money} is needed.", NOTICE),
  GraceNotOver: later("The grace for funding ends {graceEnd:time}; it is {time:time}.", "Run it again then."),

  // SLAEscrow: two keys
  MalformedConsent: hint(
    "The consent names fields that its kind does not use, or no kind.",
    "Use the agree command, which fills them.",
  ),
  ExpiryOutOfRange: hint(
    "The expiry {expiry:time} lies outside of {earliest:time} to {latest:time}.",
    "A consent lasts at most 30 days.",
  ),
  NoSuchConsent: hint("There is no such consent to take back.", "It may have expired or been carried out. " + STATUS),
  CreditOutOfRange: hint(
    "A credit of {credit:money} is outside of {least:money} to {most:money}.",
    "After a split it must lie between the two offers; before, at most the cap.",
  ),

  // SLAEscrow: seats, sweeping
  SeatNotOffered: unlessZero(
    "offeredTo",
    hint("The seat is offered to nobody.", "Its holder offers it first: `upheld seat offer`."),
    hint("The seat is not offered to {caller} but to {offeredTo}.", "Sign with the key of {offeredTo}."),
  ),
  BalanceBelowAccepted: hint(
    "The balance {balance:money} is below the {least:money} that you accept.",
    "Look at `upheld status`; take the seat only if what it now holds suits you.",
  ),
  EndAfterAccepted: hint(
    "The end {end:time} is later than the {latest:time} that you accept.",
    "Look at `upheld status`; take the seat only if that end suits you.",
  ),
  OwnToken: hint("{token} is the agreement's own money.", "Sweep only sends foreign tokens on; use claim or withdraw."),
};
