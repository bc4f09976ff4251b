import { useState } from "react";
import type { Hex } from "viem";
import { ANSWERS, type Answer } from "../../../src/chain/enums.ts";
import { moment } from "../../../src/format.ts";
import { NOTHING_SAID } from "../../../src/record/events.ts";
import { recordFacts } from "../../../src/record/facts.ts";
import {
  sayingsOf,
  standingAnswer,
  type AdviceEntry,
  type Journal,
  type RecordEntry,
  type Saying,
} from "../../../src/record/journal.ts";
import { adviceWords, answerWords, headline, incidentWords, textOf } from "../../../src/record/words.ts";
import { plural } from "../../../src/terms/format.ts";
import { answerPlan } from "../chain/actions.ts";
import type { Recorded, View } from "../chain/view.ts";
import { openFiles, textFile, useRecord, useTexts, worded, type OpenedFile } from "../record/texts.ts";
import { usePropose } from "./Act.tsx";
import { FilesField, TextField } from "./fields.tsx";
import { Failure, Notice, save, Section, Sign } from "./parts.tsx";

/** The journal beside the money: advice that waits, what else stands, and all that was written. */
export function Record({ view }: { view: View }) {
  const { record } = view;
  if (record === undefined) return null;
  const { journal, address } = record;
  if (journal === undefined) {
    return (
      <Section title="The record">
        <Notice tone="bad">
          <p data-record="false">
            <strong>This is not the record of this agreement's factory</strong>, or the link names a block that is too
            late to read all of it: {address}. Nothing of it is shown.
          </p>
        </Notice>
      </Section>
    );
  }
  return (
    <Section title="The record">
      <Standing view={view} record={record} journal={journal} />
      {journal.length > 0 && <Entries journal={journal} />}
      {journal.length > 0 && <Texts view={view} journal={journal} />}
    </Section>
  );
}

/** Facts, never a score. */
function Standing({ view, record, journal }: { view: View; record: Recorded; journal: Journal }) {
  const hand = useRecord(view) ?? { journal, texts: new Map() };
  const { maintenanceAhead, incidentsOpen, adviceOpen, adviceDeclined } = recordFacts(journal, view.head.time);
  const said = ({ number }: RecordEntry) => {
    const text = textOf(hand, number);
    return text === undefined ? "" : `: "${text}"`;
  };
  const lines = [
    ...maintenanceAhead.map((entry) => `Ahead: ${headline(entry)}${said(entry)}`),
    ...incidentsOpen.map((entry) => incidentWords(entry, hand)),
    ...adviceDeclined.map(
      (entry) => `Advice ${entry.number}: ${adviceWords(entry, hand)}; ${answerWords(entry, hand)}`,
    ),
  ];
  if (journal.length === 0) return <p>Nothing is in it: no maintenance, no incident, no advice, no document.</p>;
  return (
    <>
      {adviceOpen.map((entry) => (
        <Advice key={entry.number} view={view} record={record} entry={entry} words={adviceWords(entry, hand)} />
      ))}
      {lines.length > 0 && (
        <ul data-standing-record>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {adviceOpen.length === 0 && lines.length === 0 && (
        <p>No advice waits for an answer, no incident is open, no maintenance is ahead.</p>
      )}
    </>
  );
}

const BUTTONS: Readonly<Record<Answer, string>> = {
  accepted: "Accept the advice …",
  declined: "Decline …",
  later: "Later …",
};

/** Advice that waits, and the client's answer. */
function Advice({ view, record, entry, words }: { view: View; record: Recorded; entry: AdviceEntry; words: string }) {
  const propose = usePropose();
  const [own, setOwn] = useState("");
  const [error, setError] = useState<unknown>();
  const { client } = view.summary.state;
  const standing = standingAnswer(entry) ?? "none";
  // an answer only ever goes beyond the one that stands
  const open = ANSWERS.slice(ANSWERS.indexOf(standing) + 1).toReversed() as Answer[];
  const answer = (given: Answer) => {
    try {
      let commitment = NOTHING_SAID;
      if (own.trim() !== "") {
        const { text, commitment: to } = worded(view, own.trim());
        save(`${to}.json`, textFile(text), "application/json");
        commitment = to;
      }
      setError(undefined);
      const plan = answerPlan(view, record.address, entry.number, given, commitment as Hex);
      propose({ title: plan.title, by: { who: "the client", account: client }, plan: () => plan });
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Notice tone="info">
      <p data-advice={entry.number}>
        <strong>Advice {entry.number} waits for the client's answer.</strong> Given {moment(entry.at)}
        {standing === "later" ? ", put off" : ""}: {words}.
      </p>
      <div className="buttons">
        {open.map((given) => (
          <button
            key={given}
            type="button"
            onClick={() => {
              answer(given);
            }}
          >
            {BUTTONS[given]}
          </button>
        ))}
      </div>
      <details>
        <summary>Say why</summary>
        <TextField
          label={`Your words to advice ${entry.number}`}
          text={own}
          onText={setOwn}
          rows={2}
          hint="Only a salted hash of them goes on chain. The words are saved as a file first: keep it, and give it to the provider."
        />
      </details>
      {error !== undefined && <Failure error={error} />}
    </Notice>
  );
}

/** Everything that was written, with the words that are open. */
function Entries({ journal }: { journal: Journal }) {
  return (
    <details>
      <summary>{journal.length === 1 ? "The one entry" : `All ${journal.length} entries`}</summary>
      <ol className="entries">
        {journal.map((entry) => (
          <li key={entry.number} value={entry.number}>
            {moment(entry.at)}: {headline(entry)}
            <Words entry={entry} />
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What was said in an entry, and later of it. */
function Words({ entry }: { entry: RecordEntry }) {
  const texts = useTexts();
  const sayings = sayingsOf([entry]).map(({ saying }) => saying);
  const textOfSaying = (saying: Saying) => {
    const text = texts.get(saying.commitment);
    if (text === undefined) return <span className="hint">not open here</span>;
    const file = text.document === undefined ? "" : `${text.document.name}, SHA-256 ${text.document.sha256}`;
    return <span className="words">{[text.text, file].filter((part) => part !== "").join("\n")}</span>;
  };
  return (
    <>
      {sayings.map((saying) => (
        <p key={saying.commitment}>
          {saying === entry ? "" : `${laterName(entry, saying)} ${moment(saying.at)}: `}
          {textOfSaying(saying)}
        </p>
      ))}
    </>
  );
}

function laterName(entry: RecordEntry, saying: Saying): string {
  if (entry.what === "advice") return entry.answers.find((answer) => answer === saying)?.answer ?? "";
  return entry.what === "incident" && entry.resolved === saying ? "resolved" : "more";
}

/** The private files behind the commitments. */
function Texts({ view, journal }: { view: View; journal: Journal }) {
  const [opened, setOpened] = useState<readonly OpenedFile[]>([]);
  const texts = useTexts();
  const all = sayingsOf(journal);
  const sound = opened.filter(({ isText, isSound }) => isText && isSound).length;
  const open = all.filter(({ saying }) => texts.has(saying.commitment)).length;
  return (
    <>
      <FilesField
        label="Open the record's private files (.json), and documents that were filed"
        isMultiple
        onFiles={async (files) => {
          setOpened(await openFiles(view, journal, files));
        }}
      />
      <div role="status">
        {" "}
        <ul className="checks">
          {sound > 0 && (
            <li data-sound={sound}>
              <Sign tone="good" />
              <span>{plural(sound, "text")} that the record committed to.</span>
            </li>
          )}
          {opened
            .filter(({ isText, isSound }) => !(isText && isSound))
            .map(({ name, isSound, finding }) => (
              <li key={name} data-file={isSound ? "sound" : "unfit"}>
                <Sign tone={isSound ? "good" : "bad"} />
                <span>
                  {name} {finding}.
                </span>
              </li>
            ))}
        </ul>
      </div>
      <p className="hint">
        {open} of {plural(all.length, "text")} open. On chain are kinds, times and salted hashes; the words are in files
        that whoever wrote them gives you. They are read here, held against the chain, sent nowhere, and forgotten with
        the page.
      </p>
    </>
  );
}
