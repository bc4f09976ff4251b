import { useId, useState, type ReactNode } from "react";
import { told, type Told } from "../chain/failure.ts";
import type { Currency } from "../../../src/format.ts";
import { short } from "../words.ts";

/** A part of the page with its heading. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="heading">
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

const SIGNS = { good: "✓", bad: "✗", warn: "!", info: "i" } as const;
const SIGN_WORDS = { good: "good", bad: "wrong", warn: "mind", info: "note" } as const;
export type Tone = keyof typeof SIGNS;

/** A sentence with its weight, which is said and not only coloured. */
export function Notice({ tone, children, isUrgent = false }: { tone: Tone; children: ReactNode; isUrgent?: boolean }) {
  return (
    <div className={`notice ${tone}`} role={isUrgent ? "alert" : undefined}>
      <Sign tone={tone} />
      <div>{children}</div>
    </div>
  );
}

export function Sign({ tone }: { tone: Tone }) {
  return (
    <span className={`sign ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span>
      <span className="unseen">{SIGN_WORDS[tone]}: </span>
    </span>
  );
}

/** What went wrong, and a way on. */
export function Failure({
  error,
  currency,
  children,
}: {
  error: unknown;
  currency?: Currency | undefined;
  children?: ReactNode;
}) {
  const { message, hint, code }: Told = told(error, currency);
  return (
    <Notice tone="bad" isUrgent>
      <p data-code={code}>
        <strong>{message}</strong> {hint}
      </p>
      {children}
    </Notice>
  );
}

export function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** A table whose first column names its rows. */
export function Table({
  head,
  rows,
  caption,
}: {
  head: readonly ReactNode[];
  rows: readonly (readonly ReactNode[])[];
  caption?: string;
}) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={caption ?? "table"}>
      <table>
        {caption !== undefined && <caption className="unseen">{caption}</caption>}
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={j}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An address: short to read, whole to copy. */
export function Account({ address, isWhole = false }: { address: string; isWhole?: boolean }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(address).then(
      () => {
        setCopied(true);
      },
      () => {
        setCopied(false);
      },
    );
  };
  return (
    <span className="account">
      <code title={address}>{isWhole ? address : short(address)}</code>
      <button type="button" className="quiet" onClick={copy} aria-label={`Copy ${address}`}>
        {isCopied ? "copied" : "copy"}
      </button>
    </span>
  );
}

/** Saves `content` as a file of the user's. */
export function save(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
