import { useState } from "react";
import type { Hex } from "viem";
import type { Seat } from "../../../src/chain/enums.ts";
import { away, moment } from "../../../src/format.ts";
import { finalMoney } from "../../../src/model/resolution.ts";
import { formatRatio } from "../../../src/terms/format.ts";
import { pledgeOf } from "../../../src/terms/credit.ts";
import { UNIT_WORDS } from "../../../src/terms/tiers.ts";
import { checkMeasurements } from "../../../src/terms/measurements.ts";
import { creditOf } from "../../../src/terms/credit.ts";
import type { Measurement } from "../../../src/terms/types.ts";
import { disputePlan } from "../chain/actions.ts";
import type { View } from "../chain/view.ts";
import { useWallets } from "../chain/wallet.ts";
import { judgeApart } from "../evidence/apart.ts";
import { nameOfEvidence } from "../evidence/open.ts";
import { isTimed, parseOutages, swear, type Own, type Stated } from "../evidence/own.ts";
import type { PeriodView } from "../periods.ts";
import { useWork } from "../work.ts";
import { countsText, indicatorName, money } from "../words.ts";
import { usePropose } from "./Act.tsx";
import { Recomputing } from "./Evidence.tsx";
import { FileField, TextField } from "./fields.tsx";
import { Failure, Notice, save } from "./parts.tsx";
import { UpheldError } from "../../../src/errors.ts";

/** Stating other counts: what it would bring, what it costs, and the evidence to keep. */
export function Dispute({ view, one }: { view: View; one: PeriodView }) {
  const { summary, stage, head } = view;
  const seats = (["client", "provider"] as const).filter((seat) => summary[seat].disputeUntil > head.time);
  const [chosen, setChosen] = useState<Seat>();
  const { connected } = useWallets();
  const byWallet = seats.find((seat) => summary.state[seat] === connected?.account);
  const seat = chosen ?? byWallet ?? seats[0];
  if (seat === undefined) return null;
  const isAnswer = stage === "disputed";
  const until = summary[seat].disputeUntil;
  return (
    <details className="dispute">
      <summary>{isAnswer ? `Answer as the ${seat}` : "You saw it otherwise? Dispute the report"}</summary>
      <p>
        {isAnswer ? "The other side stated its own counts." : "Either side may state its own counts."} Possible until{" "}
        {moment(until)} ({away(until, head.time)}). The arbiter then picks one account; it never names an amount.
      </p>
      {seats.length > 1 && (
        <fieldset className="inline">
          <legend>You are</legend>
          {seats.map((which) => (
            <label key={which} className="choice">
              <input
                type="radio"
                name={`claimant-${one.k}`}
                checked={seat === which}
                onChange={() => {
                  setChosen(which);
                }}
              />
              <span>the {which}</span>
            </label>
          ))}
        </fieldset>
      )}
      <OwnCounts key={seat} view={view} one={one} seat={seat} />
    </details>
  );
}

function OwnCounts({ view, one, seat }: { view: View; one: PeriodView; seat: Seat }) {
  const { terms } = view;
  const [texts, setTexts] = useState<readonly string[]>(() => terms.indicators.map(() => ""));
  const { state: own, run, set } = useWork<Own>();
  const reported = one.report?.measurements ?? nothingBad(view, one);

  const count = () => {
    try {
      set(swear(view, one.k, seat, reported, statedOf(view, texts)));
    } catch (error) {
      set({ error });
    }
  };
  const take = (file: File) =>
    run(async (signal) => {
      const { difference, account } = await judgeApart(
        { file, name: file.name, onChain: undefined, journal: [] },
        signal,
      );
      if (difference !== undefined) throw refused(`it does not hold: ${difference.place}: ${difference.message}`);
      const { agreement, period, revision, author, root, measurements } = account;
      const about = [agreement, period, revision, author].join(" ");
      const wanted = [view.address.toLowerCase(), one.k, view.summary.state.revision, seat].join(" ");
      if (about !== wanted) throw refused(`it is about ${about}; wanted is one about ${wanted}`);
      return { root, revision, measurements, packed: () => file.arrayBuffer() };
    });
  return (
    <>
      {terms.indicators.map(({ unit }, i) => (
        <TextField
          key={i}
          label={
            isTimed(unit)
              ? `When it was down, ${indicatorName(view, i)}: one outage a line, in UTC`
              : `Bad ${UNIT_WORDS[unit]}, ${indicatorName(view, i)}`
          }
          text={texts[i] ?? ""}
          {...(isTimed(unit) ? { rows: 3 } : {})}
          hint={
            isTimed(unit)
              ? "2025-10-29 16:17 to 2025-10-29 23:15. Name all outages, those of the report too."
              : "A whole number; empty: as reported."
          }
          onText={(text) => {
            setTexts(texts.map((before, j) => (j === i ? text : before)));
            set(undefined);
          }}
        />
      ))}
      <div className="buttons">
        <button type="button" onClick={count}>
          What would it bring?
        </button>
      </div>
      <FileField label="Or your own evidence file, as `upheld` writes it" accept=".gz" onFile={take} />
      {own === "working" && <Recomputing />}
      {typeof own === "object" && "error" in own && <Failure error={own.error} />}
      {typeof own === "object" && "root" in own && <Worth view={view} one={one} seat={seat} own={own} />}
    </>
  );
}

const refused = (why: string) =>
  new UpheldError({
    code: "evidence.unfit",
    message: `The file cannot be used: ${why}.`,
    hint: "Choose the file of your own counts for this period.",
  });

/** Where nobody reported there is nothing to start from but a whole period without fault. */
function nothingBad(view: View, { period }: PeriodView): Measurement[] {
  return view.terms.indicators.map(({ unit, instances }) => ({
    total: isTimed(unit) ? instances * (period.end - period.start) : 0n,
    bad: 0n,
    excluded: 0n,
  }));
}

function statedOf(view: View, texts: readonly string[]): Stated[] {
  return view.terms.indicators.map(({ unit }, i) => {
    const text = texts[i] ?? "";
    if (isTimed(unit)) return { outages: parseOutages(text) };
    if (!/^\d{0,18}$/.test(text.trim())) throw refused(`"${text}" is no whole number`);
    return { bad: BigInt(text.trim() === "" ? 0 : text.trim()) };
  });
}

/** What the counts would bring and cost; nothing to dispute where the credit is the same. */
function Worth({ view, one, seat, own }: { view: View; one: PeriodView; seat: Seat; own: Own }) {
  const { terms, summary } = view;
  const { state } = summary;
  const propose = usePropose();
  const credit = creditOf(terms, one.period, own.measurements);
  const problems = checkMeasurements(terms, one.period, own.measurements);
  const counts = own.measurements.map((measurement, i) => {
    const indicator = terms.indicators[i];
    return indicator === undefined ? "" : countsText(indicator, measurement);
  });
  const isBetter = seat === "client" ? credit > state.credit : credit < state.credit;
  const pledge = pledgeOf(terms, credit, state.credit);
  const purse = { fee: one.period.fee, credited: state.creditsGiven, bond: state.bond };
  const [now, then] = [finalMoney(terms, purse, state.credit), finalMoney(terms, purse, credit)];
  const gain = seat === "client" ? then.credit - now.credit : then.earned - now.earned;
  const root = own.root as Hex;
  const [error, setError] = useState<unknown>();

  const state_ = async () => {
    const parts = { period: one.k, revision: own.revision, author: seat };
    const name = nameOfEvidence(view, parts).split("/").at(-1) ?? "evidence.json.gz";
    save(name, await own.packed(), "application/gzip");
    propose({
      title: "Dispute",
      by: { who: `the ${seat}`, account: state[seat] },
      plan: (account) =>
        disputePlan(view, seat, account, { period: one.k, measurements: own.measurements, root, credit, pledge }),
    });
  };
  if (problems.length > 0) {
    return (
      <Notice tone="bad" isUrgent>
        <p>The contract would not take these counts: {problems.map(({ message }) => message).join("; ")}.</p>
      </Notice>
    );
  }
  return (
    <Notice tone={isBetter ? "info" : "warn"} isUrgent>
      <p data-worth={isBetter ? "better" : "same"}>
        Your counts: {counts.join("; ")}. That is a credit of {money(view, credit)} (
        {formatRatio(credit, one.period.fee)}); the report gives {money(view, state.credit)} (
        {formatRatio(state.credit, one.period.fee)}).{" "}
        {isBetter
          ? `If the arbiter picks them you get ${money(view, gain)} more.`
          : credit === state.credit
            ? "It is the same step of the table: nothing to dispute."
            : `That is better for the other side: nothing for the ${seat} to dispute.`}
      </p>
      {isBetter && (
        <>
          <p>
            {pledge === 0n
              ? "It costs no stake."
              : `It takes a stake of ${money(view, pledge)}: it comes back unless the arbiter picks another account, then it is the other side's.`}{" "}
            Your evidence file is saved first: keep it, the arbiter needs it.
          </p>
          <button
            type="button"
            className="main"
            onClick={() => {
              state_().then(() => {
                setError(undefined);
              }, setError);
            }}
          >
            Save the evidence and state these counts …
          </button>
          {error !== undefined && <Failure error={error} />}
        </>
      )}
    </Notice>
  );
}
