import { DAY } from "../terms/bounds.ts";
import { creditCapOf } from "../terms/credit.ts";
import { PPB } from "../terms/types.ts";
import type { Seat } from "../chain/enums.ts";
import { type Agreement, type Consent, courseOf, NOBODY, otherSeat } from "./agreement.ts";
import type { CallOf, Moment } from "./calls.ts";
import { countOf, isOpen, period } from "./money.ts";
import { requireRoles, seatOf } from "./parties.ts";
import { Refusal, require } from "./refusal.ts";
import { isActive, offersOf, resolveAgreed, settle, standingReport } from "./settle.ts";

const LONGEST = 30n * DAY;

export function agree(a: Agreement, { consent, expiry }: CallOf<"agree">, { by, now }: Moment): void {
  settle(a, now);
  require(isActive(a), "NotActive");
  const seat = seatOf(a, by);
  const [earliest, latest] = [now + 1n, now + LONGEST];
  require(expiry >= earliest && expiry <= latest, "ExpiryOutOfRange", expiry, earliest, latest);
  require(isWellFormed(consent), "MalformedConsent");
  requirePossible(a, consent, now);
  const other = otherSeat(seat);
  const isSecond = consentExpiry(a, other, consent) > now;
  a.consents = without(without(a.consents, seat, consent), other, isSecond ? consent : undefined);
  if (isSecond) carryOut(a, consent, now);
  else a.consents = [...a.consents, { seat, consent, expiry }];
}

export function revoke(a: Agreement, { consent }: CallOf<"revoke">, { by, now }: Moment): void {
  settle(a, now);
  const seat = seatOf(a, by);
  require(consentExpiry(a, seat, consent) > 0n, "NoSuchConsent");
  a.consents = without(a.consents, seat, consent);
}

/** When `seat`'s key for `consent` expires; 0 when there is none. */
export function consentExpiry(a: Agreement, seat: Seat, consent: Consent): bigint {
  return a.consents.find((given) => given.seat === seat && isSame(given.consent, consent))?.expiry ?? 0n;
}

function without(consents: Agreement["consents"], seat: Seat, consent: Consent | undefined): Agreement["consents"] {
  if (consent === undefined) return consents;
  return consents.filter((given) => given.seat !== seat || !isSame(given.consent, consent));
}

const FIELDS = ["kind", "period", "revision", "credit", "account", "end"] as const;
const isSame = (x: Consent, y: Consent): boolean => FIELDS.every((field) => x[field] === y[field]);

/** Fields a kind does not use are zero. */
function isWellFormed({ kind, period: k, revision, credit, account, end }: Consent): boolean {
  const noCredit = k === 0 && revision === 0 && credit === 0n;
  switch (kind) {
    case "none":
      return false;
    case "credit":
      return account === NOBODY && end === 0n;
    case "oracle":
    case "arbiter":
      return noCredit && end === 0n;
    case "end":
      return noCredit && account === NOBODY;
  }
}

function requirePossible(a: Agreement, consent: Consent, now: bigint): void {
  switch (consent.kind) {
    case "credit":
      requireCredit(a, consent, now);
      return;
    case "oracle":
    case "arbiter":
      requireRoles(a, { [consent.kind]: consent.account });
      return;
    default:
      require(consent.end >= now, "EndInThePast", consent.end, now);
      require(consent.end < a.end, "EndNotEarlier", consent.end, a.end);
  }
}

/** For the current period up to its cap; after a split between the lowest and the highest offer. */
function requireCredit(a: Agreement, { period: k, revision, credit }: Consent, now: bigint): void {
  const course = a.courses[k];
  const isCurrent = k === a.current && k < countOf(a);
  const isSplit = course !== undefined && isOpen(course);
  require(isCurrent || isSplit, "NotTheCurrentPeriod", k, a.current);
  const stands = isSplit ? course.dispute?.report : standingReport(a, k, now);
  if (stands === undefined) throw new Refusal("NothingReported", [k]);
  require(revision === stands.revision, "WrongRevision", revision, stands.revision);
  const [least, most] = isSplit ? offersBetween(a, k) : [0n, mostFor(a, k)];
  require(credit >= least && credit <= most, "CreditOutOfRange", credit, least, most);
}

/** Not even both together credit anything in the burn-in. */
function mostFor(a: Agreement, k: number): bigint {
  return k < a.terms.burnInPeriods ? 0n : creditCapOf(a.terms, period(a, k).fee);
}

function offersBetween(a: Agreement, k: number): [bigint, bigint] {
  const { dispute } = courseOf(a, k);
  if (dispute === undefined) throw new Error("a split period was disputed");
  const { lowest, highest } = offersOf(dispute);
  return [lowest.credit, highest.credit];
}

function carryOut(a: Agreement, consent: Consent, now: bigint): void {
  switch (consent.kind) {
    case "credit":
      resolveAgreed(a, consent.period, consent.credit, reachedBy(a, consent), now);
      return;
    case "oracle":
    case "arbiter":
      a[consent.kind] = consent.account;
      return;
    default:
      a.end = consent.end;
  }
}

/** An agreed credit is an amount, so it is compared with the fee of its period. */
function reachedBy(a: Agreement, { period: k, credit }: Consent): number[] {
  const { fee } = period(a, k);
  if (credit === 0n) return [];
  return a.terms.chronic.flatMap(({ leastShare }, r) => (credit * PPB >= leastShare * fee ? [r] : []));
}
