/**
 * Upheld: service-level agreements that enforce themselves.
 *
 * `Agreement` and `Factory` read the chain and prepare transactions; the rest is pure. Nothing here needs Hardhat, and
 * nothing signs by itself.
 */
export { UpheldError, UpheldErrors, type Problem } from "./errors.ts";

export { Agreement } from "./chain/agreement.ts";
export type { StateStructOutput as State } from "../typechain-types/interfaces/ISLAEscrow.ts";
export type { SummaryStructOutput as Summary } from "../typechain-types/interfaces/ISLALens.ts";
export { AddressBook, type ChainAddresses } from "./chain/addresses.ts";
export { readCase, type Case } from "./chain/case.ts";
export { AgreementCalls, type Consent, type Permit } from "./chain/calls.ts";
export { connect, type Chain, type ConnectOptions } from "./chain/connect.ts";
export * from "./chain/enums.ts";
export { Factory } from "./chain/factory.ts";
export { decodeFailure, fromRevert, type Wording } from "./chain/failure.ts";
export { eventsOf, lastOf, readHistory, type AgreementEvent, type EventValues } from "./chain/history.ts";
export { openKeystore, writeKeystore } from "./chain/keystore.ts";
export { isLocal, networkNamed, networkOf, NETWORKS, type Network } from "./chain/networks.ts";
export { Replay, type Disagreement, type Resolved } from "./chain/replay.ts";
export { nextStep, type Situation, type Step } from "./chain/reporting.ts";
export { Token } from "./chain/token.ts";
export {
  estimate,
  send,
  type PreparedTransaction,
  type SendOptions,
  type SentTransaction,
} from "./chain/transaction.ts";
export { verifyShownDay, type ShownAndChecked } from "./chain/shown.ts";
export { verifyAgreement, type Month, type Verification, type VerifyOptions } from "./chain/verify.ts";

export { draft, type Agreement as AgreementModel } from "./model/agreement.ts";
export { apply, at, type Outcome } from "./model/apply.ts";
export type { Call, Moment } from "./model/calls.ts";
export type { Refused } from "./model/refusal.ts";
export { finalMoney, splitMoney } from "./model/resolution.ts";
export { disputeOf, stateOf, type State as ModelState } from "./model/views.ts";

export { boundary, periodAt, periodCount, periodOf, periodStart, termEnd, type Period } from "./terms/calendar.ts";
export { decodeTerms, encodeTerms, termsHash } from "./terms/codec.ts";
export { chronicBits, creditOf, pledgeOf, silenceCreditOf } from "./terms/credit.ts";
export { explain, type Explanation } from "./terms/explain.ts";
export { renderExplanation } from "./terms/explain-text.ts";
export { documentHash, parseAgreement, type AgreementFile, type ParseOptions } from "./terms/file.ts";
export { formatAgreement, type Fill } from "./terms/fill.ts";
export { worthOf, type Worth } from "./terms/worth.ts";
export { checkTerms } from "./terms/limits.ts";
export * from "./terms/types.ts";

export { withinCap } from "./measure/cap.ts";
export { csvMonitor } from "./measure/csv.ts";
export { parseCounts } from "./measure/counts.ts";
export { countDays } from "./measure/days.ts";
export { measureOutages } from "./measure/outages.ts";
export { parsePolicy, policyText, type Policy } from "./measure/policy.ts";
export { downtimeOf } from "./measure/sampled.ts";
export { toSeries, type Series } from "./measure/series.ts";
export { countTickets, readTickets, type TicketColumns, type TicketRule } from "./measure/tickets.ts";
export type { Monitor, Note, Observation, Window } from "./measure/types.ts";

export { explainHoles, type Explained, type UpSeries } from "./monitors/holes.ts";
export { Monitors, type OpenedMonitor } from "./monitors/open.ts";
export type { MaintenanceSource, RawChunk, SampleMonitor, Services as MonitorServices } from "./monitors/types.ts";

export { parseConfig, readConfig, type OracleConfig, type Source } from "./oracle/config.ts";
export { measureFromSources, type Measure, type Reading } from "./oracle/measure.ts";
export { openPortfolio, type Watched } from "./oracle/portfolio.ts";
export { runRound, type Outcome as ReportOutcome, type RoundOptions } from "./oracle/round.ts";

export { AgreementRecord, createRecord } from "./record/chain.ts";
export { recordDifference, type RecordRules } from "./record/check.ts";
export { countUndisclosed, disclosures, type Outage } from "./record/disclosed.ts";
export { announcedWindows, withRecord } from "./record/excluding.ts";
export { periodFacts, recordFacts, type PeriodFacts, type RecordFacts } from "./record/facts.ts";
export { readTexts, type Texts } from "./record/files.ts";
export { answerBefore, isOpen, leadOf, standingAnswer, type Journal, type RecordEntry } from "./record/journal.ts";
export { measuredWithRecord, rulesOf, type ReadRecord } from "./record/measuring.ts";
export { commitmentOf, parseText, type RecordText } from "./record/texts.ts";

export { buildEvidence, newSalt, type EvidenceInput, type IndicatorInput } from "./evidence/build.ts";
export { compareAccounts, type Comparison } from "./evidence/compare.ts";
export { evidencePath, keepEvidence, readEvidence } from "./evidence/files.ts";
export { checkLeafProof, parseLeafProof, proveDay, type LeafProof } from "./evidence/proof.ts";
export { readSecond, type SecondSource } from "./evidence/second.ts";
export { verifyEvidence, type Difference } from "./evidence/verify.ts";
