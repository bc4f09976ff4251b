import { useId } from "react";
import type { TokenUnit } from "../../../src/terms/format.ts";

/** `1,000.50` as units of the token; a sentence when it is none. */
export function parseAmount(text: string, token: TokenUnit): bigint | string {
  const plain = text.trim().replaceAll(",", "");
  const match = /^(\d{1,20})(?:\.(\d+))?$/.exec(plain);
  if (match === null) return "Write a number such as 1000 or 1,000.50.";
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > token.decimals) return `${token.symbol} has ${token.decimals} decimals at most.`;
  const amount = BigInt(whole + fraction.padEnd(token.decimals, "0"));
  return amount > 0n ? amount : "The amount must be above 0.";
}

export function AmountField({
  label,
  text,
  onText,
  token,
  hint,
}: {
  label: string;
  text: string;
  onText: (text: string) => void;
  token: TokenUnit;
  hint: string;
}) {
  const id = useId();
  const amount = parseAmount(text, token);
  const problem = typeof amount === "string" && text !== "" ? amount : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onText(event.target.value);
        }}
      />
      <p id={`${id}-hint`} className={problem === undefined ? "hint" : "problem"}>
        {problem ?? hint}
      </p>
    </div>
  );
}

export function TextField({
  label,
  text,
  onText,
  hint,
  problem,
  rows,
}: {
  label: string;
  text: string;
  onText: (text: string) => void;
  hint?: string | undefined;
  problem?: string | undefined;
  rows?: number;
}) {
  const id = useId();
  const common = {
    id,
    value: text,
    autoComplete: "off",
    spellCheck: false,
    "aria-invalid": problem !== undefined,
    "aria-describedby": `${id}-hint`,
    onChange: (event: { target: { value: string } }) => {
      onText(event.target.value);
    },
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {rows === undefined ? <input {...common} /> : <textarea {...common} rows={rows} />}
      <p id={`${id}-hint`} className={problem === undefined ? "hint" : "problem"}>
        {problem ?? hint}
      </p>
    </div>
  );
}

export function FileField({
  label,
  accept,
  onFile,
}: {
  label: string;
  accept: string;
  onFile: (file: File) => Promise<void>;
}) {
  return (
    <FilesField
      label={label}
      accept={accept}
      onFiles={async ([file]) => {
        if (file !== undefined) await onFile(file);
      }}
    />
  );
}

export function FilesField({
  label,
  accept,
  isMultiple = false,
  onFiles,
}: {
  label: string;
  accept?: string;
  isMultiple?: boolean;
  onFiles: (files: readonly File[]) => Promise<void>;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        multiple={isMultiple}
        onChange={(event) => {
          void onFiles([...(event.target.files ?? [])]);
        }}
      />
    </div>
  );
}

export function SelectField({
  label,
  value,
  onValue,
  options,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          onValue(event.target.value);
        }}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
