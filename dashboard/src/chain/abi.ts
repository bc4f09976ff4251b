import { parseAbi } from "viem";

/** The part of the contracts that the page uses; a test compares it with the compiled ones, item by item. */

const STRUCTS = [
  "struct Measurement { uint64 total; uint64 bad; uint64 excluded; }",
  "struct Consent { uint8 kind; uint8 period; uint8 revision; uint96 credit; address account; uint40 end; }",
  "struct Claim { uint256 credit; uint256 pledge; uint256 chronicBits; uint256 claimedAt; }",
  "struct Dispute { Claim provider; Claim client; uint256 disputedAt; uint256 revision; uint256 reportCredit; uint256 reportBits; bool isOpen; uint256 agreedCredit; uint256 held; }",
  "struct State { uint8 phase; bool providerAccepted; bool clientAccepted; address provider; address client; address oracle; address arbiter; uint256 balance; uint256 earnings; uint256 bond; uint256 pledges; uint256 owed; uint256 held; uint256 unabsorbed; uint256 committed; uint256 withdrawable; uint256 creditsGiven; uint256 period; uint256 periods; uint256 end; uint8 stage; uint256 revision; uint256 reportedAt; uint256 credit; uint256 disputedAt; uint256 openDisputes; uint256 leaveUntil; uint256 bondShortSince; }",
  "struct Options { uint256 acceptUntil; uint256 disputeUntil; uint256 leaveByNoticeEnd; uint256 leaveAtOnceUntil; uint256 payout; }",
  "struct Summary { address agreement; address token; uint8 phase; State state; uint256 fee; uint256 start; uint256 runningPeriod; uint256 periodStart; uint256 periodEnd; uint256 periodFee; uint256 reportFrom; uint256 reportUntil; uint256 resolvesAt; uint256 lastResolvedBy; uint256 fundedThrough; uint256 bondMissing; uint256 oracleMayReportUntil; uint256 arbiterMayRuleUntil; Options provider; Options client; }",
] as const;

export const FACTORY = parseAbi([
  ...STRUCTS,
  "event AgreementCreated(address indexed agreement, address indexed provider, address indexed client)",
  "function implementation() view returns (address)",
  "function lens() view returns (address)",
  "function summaries(address[] agreements) view returns (Summary[])",
]);

export const ESCROW = parseAbi([
  ...STRUCTS,
  "event Accepted(uint8 seat, address indexed account)",
  "event Unaccepted(uint8 indexed seat)",
  "event Funded(uint256 amount)",
  "event Revised(uint256 period, uint256 revision)",
  "event Reported(uint256 period, uint256 credit, bytes32 evidence, Measurement[] measurements)",
  "event Disputed(uint256 period, uint8 indexed seat, uint256 credit, uint256 pledge, bytes32 evidence, Measurement[] measurements)",
  "event Split(uint256 period, uint256 credit, uint256 earned, uint256 held, uint256 fromBond, uint256 dueAt)",
  "event Ruled(uint256 period, uint8 ruling)",
  "event BondDrawn(uint256 period, uint256 amount)",
  "event PeriodFinal(uint256 period, uint256 credit, uint256 earned, uint256 dueAt)",
  "event ChronicFailure(uint256 indexed rule, uint256 period, uint256 leaveUntil)",
  "event BondPosted(address indexed from, uint256 amount)",
  "event Closed(uint256 bond, uint256 dueAt)",
  "event PledgeMoved(uint256 period, uint8 indexed from, uint8 indexed to, uint256 amount)",
  "event Terminated(uint8 indexed by, uint8 exit, uint256 end)",
  "event ConsentGiven(uint8 indexed seat, Consent consent, uint256 expiry)",
  "event ConsentRevoked(uint8 indexed seat, Consent consent)",
  "event OracleChanged(address indexed oracle)",
  "event Claimed(address to, uint256 amount)",
  "event Withdrawn(address to, uint256 amount)",
  "function accept(bytes32 agreedTerms)",
  "function fund(uint256 amount)",
  "function fundWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
  "function sync()",
  "function dispute(uint256 period, uint256 revision, Measurement[] measurements, bytes32 evidence)",
  "function rule(uint256 period, uint8 ruling)",
  "function settle()",
  "function agree(Consent consent, uint256 expiry)",
  "function postBond()",
  "function claim(address to)",
  "function withdraw(address to, uint256 amount)",
  "function terminate(uint8 exit)",
  "function disputeOf(uint256 period) view returns (Dispute)",
  "function chronicPeriods(uint256 rule) view returns (uint256 bits)",
]);

export const LENS = parseAbi([...STRUCTS, "function summary(address agreement) view returns (Summary)"]);

export const RECORD = parseAbi([
  "event MaintenanceAnnounced(address indexed agreement, uint256 entry, uint8 kind, uint256 start, uint256 end, bytes32 commitment, address account, uint256 time)",
  "event IncidentDisclosed(address indexed agreement, uint256 entry, uint256 began, bytes32 commitment, address account, uint256 time)",
  "event IncidentUpdated(address indexed agreement, uint256 entry, bytes32 commitment, address account, uint256 time)",
  "event IncidentResolved(address indexed agreement, uint256 entry, uint256 ended, bytes32 commitment, address account, uint256 time)",
  "event AdviceGiven(address indexed agreement, uint256 entry, bytes32 commitment, address account, uint256 time)",
  "event AdviceAnswered(address indexed agreement, uint256 entry, uint8 answer, bytes32 commitment, address account, uint256 time)",
  "event EntryRetracted(address indexed agreement, uint256 entry, address account, uint256 time)",
  "event DocumentFiled(address indexed agreement, uint256 entry, uint8 kind, uint8 seat, bytes32 commitment, address account, uint256 time)",
  "function answer(address agreement, uint256 entry, uint8 given, bytes32 commitment)",
]);

export const TOKEN = parseAbi([
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "function name() view returns (string)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function transfer(address to, uint256 value) returns (bool)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
]);

/** Of a committee, and of a Safe: how many hands it takes. */
export const HANDS = parseAbi([
  "function members() view returns (address[])",
  "function threshold() view returns (uint256)",
  "function getOwners() view returns (address[])",
  "function getThreshold() view returns (uint256)",
]);
