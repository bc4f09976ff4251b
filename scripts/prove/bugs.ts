const LEDGER = "contracts/libraries/Ledger.sol";
const CALENDAR = "contracts/libraries/Calendar.sol";
const TABLE = "contracts/libraries/CreditTable.sol";

/** `code`, which stands once in `file`, made wrong; and the proofs that must not hold then. */
export interface Bug {
  readonly file: string;
  readonly code: string;
  readonly bug: string;
  readonly breaks: readonly string[];
}

export const BUGS: readonly Bug[] = [
  {
    file: LEDGER,
    code: "earnings + paid, owed - paid",
    bug: "earnings + owed, owed - paid",
    breaks: [
      "Ledger.WaterfallKeepsTheMoney",
      "Ledger.WaterfallPaysWhatIsOwed",
      "Ledger.EarnedArrearsAndCreditMakeTheFee",
    ],
  },
  {
    file: LEDGER,
    code: "uint256 paid = min(balance, owed);",
    bug: "uint256 paid = min(balance, owed) / 2;",
    breaks: ["Ledger.WaterfallPaysArrearsFirst", "Ledger.WaterfallIsDoneAtOnce"],
  },
  {
    file: LEDGER,
    code: "fromFee = min(credit, fee);",
    bug: "fromFee = credit > fee ? 0 : credit;",
    breaks: ["Ledger.CreditTakesTheFeeFirst", "Ledger.HigherCreditNeverPaysTheProviderMore"],
  },
  {
    file: LEDGER,
    code: "aboveFee = credit - fromFee;",
    bug: "aboveFee = credit > fee ? credit - fee + 1 : 0;",
    breaks: ["Ledger.CreditIsDividedToTheUnit"],
  },
  {
    file: LEDGER,
    code: "min(extra, BALANCE_LIMIT - balance)",
    bug: "max(extra, BALANCE_LIMIT - balance)",
    breaks: ["Ledger.AbsorbingStopsAtTheLimit"],
  },
  {
    file: LEDGER,
    code: "min(extra, BALANCE_LIMIT - balance)",
    bug: "min(extra, BALANCE_LIMIT - balance) / 2",
    breaks: ["Ledger.AbsorbingWaitsOnlyForRoom"],
  },
  {
    file: CALENDAR,
    code: "return k == 0 ? t.start() : boundary(t, k);",
    bug: "return boundary(t, k) + 1;",
    breaks: ["Calendar.FirstPeriodBeginsAtTheStart", "Calendar.PeriodsTile"],
  },
  {
    file: CALENDAR,
    code: "return end != 0 && end < next ? end : next;",
    bug: "return end > next ? end : next;",
    breaks: ["Calendar.PeriodsTileUntilTheEnd", "Calendar.CutPeriodEndsWithTheTerm"],
  },
  {
    file: CALENDAR,
    code: "return end != 0 && end < next ? end : next;",
    bug: "return end != 0 && end < next ? end - 1 : next;",
    breaks: ["Calendar.NoPeriodIsEmpty"],
  },
  {
    file: CALENDAR,
    code: "boundary(t, t.periods())",
    bug: "boundary(t, t.periods() + 1)",
    breaks: ["Calendar.LastPeriodEndsWithTheTerm"],
  },
  {
    file: CALENDAR,
    code: "t.reportWindow() + 2 * t.disputeWindow()",
    bug: "t.reportWindow() + t.disputeWindow()",
    breaks: ["Calendar.WindowsNeverOverlap"],
  },
  {
    file: CALENDAR,
    code: "return end > clear ? end : clear;",
    bug: "return clear;",
    breaks: ["Calendar.ReportsFollowThePeriod"],
  },
  {
    file: CALENDAR,
    code: "(k == 0 ? t.start() : from)",
    bug: "from",
    breaks: ["Calendar.LengthIsFromStartToEnd"],
  },
  {
    file: LEDGER,
    code: "held = fee - earned - fromFee;",
    bug: "held = fee - earned;",
    breaks: ["Ledger.SplitMakesTheFee"],
  },
  {
    file: LEDGER,
    code: "earned = held - fromFee;",
    bug: "earned = held;",
    breaks: ["Ledger.ReleaseMakesWhatWasHeld"],
  },
  {
    file: LEDGER,
    code: "(fromFee, above) = divide(credit, fee);",
    bug: "(fromFee, above) = divide(agreed, fee);",
    breaks: ["Ledger.DisputeEndsAsIfUndisputed"],
  },
  {
    file: TABLE,
    code: "return a == 0 ? 0 : (a - 1) / b + 1;",
    bug: "return a / b;",
    breaks: ["CreditTable.CeilDivCovers", "CreditTable.ShareIsRoundedUpByLessThanAUnit"],
  },
  {
    file: TABLE,
    code: "return a == 0 ? 0 : (a - 1) / b + 1;",
    bug: "return a / b + 2;",
    breaks: ["CreditTable.CeilDivIsTight"],
  },
  {
    file: TABLE,
    code: "return a == 0 ? 0 : (a - 1) / b + 1;",
    bug: "return a == 0 ? 7 : (a - 1) / b + 1;",
    breaks: [
      "CreditTable.ShareNeverFallsWithTheAmount",
      "CreditTable.ShareNeverFallsWithTheShare",
      "CreditTable.ShareIsAtMostTheAmount",
      "CreditTable.MoneyNeverFallsWithTheFraction",
    ],
  },
  {
    file: TABLE,
    code: "return Ledger.max(t.pledge(),",
    bug: "return Ledger.min(t.pledge(),",
    breaks: ["CreditTable.PledgeIsTheGreater"],
  },
  {
    file: TABLE,
    code: "credit - reported : reported - credit;",
    bug: "credit - reported : 0;",
    breaks: ["CreditTable.PledgeIsFair"],
  },
];
