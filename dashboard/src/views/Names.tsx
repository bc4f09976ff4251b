import { useState } from "react";
import { isAddress } from "viem";
import { plural } from "../../../src/terms/format.ts";
import { callIt, learn, namesFile, parseNames, useNames } from "../names.ts";
import { FileField, TextField } from "./fields.tsx";
import { Failure, save } from "./parts.tsx";

/** What the viewer calls each of these addresses. */
export function NameFields({ of }: { of: readonly (readonly [label: string, address: string])[] }) {
  return (
    <details>
      <summary>Names</summary>
      {of.map(([label, address]) => (
        <NameField key={address} label={label} address={address} />
      ))}
      <p className="hint">Yours alone: kept in this browser, sent nowhere, on no chain.</p>
    </details>
  );
}

function NameField({ label, address }: { label: string; address: string }) {
  const name = useNames()[address.toLowerCase()] ?? "";
  // what is typed may end in a space; what is kept does not
  const [typed, setTyped] = useState<{ readonly text: string; readonly keptAs: string }>();
  return (
    <TextField
      label={label}
      text={typed?.keptAs === name ? typed.text : name}
      hint={address}
      onText={(text) => {
        setTyped({ text, keptAs: callIt(address, text) });
      }}
    />
  );
}

/** The whole address book: one name more, and all of them as a file, out and in. */
export function AddressBook() {
  const names = useNames();
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [news, setNews] = useState<string | { error: unknown }>();
  const count = Object.keys(names).length;
  return (
    <details>
      <summary>Names ({count})</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isAddress(address.trim(), { strict: false })) {
            setNews("Write an address: 0x and forty digits.");
            return;
          }
          callIt(address.trim(), name);
          setNews(name.trim() === "" ? "Forgotten." : "Kept.");
        }}
      >
        <TextField label="Address of a client or an agreement" text={address} onText={setAddress} />
        <TextField label="Its name" text={name} onText={setName} hint="Empty: forget it." />
        <div className="buttons">
          <button type="submit">Keep the name</button>
          {count > 0 && (
            <button
              type="button"
              onClick={() => {
                save("names.json", namesFile(names), "application/json");
              }}
            >
              Save all names (JSON)
            </button>
          )}
        </div>
      </form>
      <FileField
        label="Load names from a file"
        accept=".json"
        onFile={async (file) => {
          try {
            setNews(`${plural(learn(parseNames(await file.text())), "new name")}; those that you gave stay.`);
          } catch (error) {
            setNews({ error });
          }
        }}
      />
      <div role="status">{typeof news === "string" && <p>{news}</p>}</div>
      {typeof news === "object" && <Failure error={news.error} />}
      <p className="hint">Yours alone: kept in this browser, sent nowhere, on no chain.</p>
    </details>
  );
}
