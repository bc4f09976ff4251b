import { useState } from "react";
import { documentHash } from "../../../src/terms/document.ts";
import type { View } from "../chain/view.ts";
import { learn, learnMeasures, measuresOfFile, namesOfFile } from "../names.ts";
import { FileField } from "./fields.tsx";
import { Notice, Section } from "./parts.tsx";

/** Whether a file is the one that both parties' hash is of. It never leaves this browser. */
export function DocumentCheck({ view }: { view: View }) {
  const [hash, setHash] = useState<{ name: string; is: string; learnt: number }>();
  return (
    <Section title="Is your file the one agreed on?">
      <FileField
        label="The agreement's file (.sla.yaml), or whatever document was hashed"
        accept=".yaml,.yml,.txt,.md"
        onFile={async (file) => {
          const text = await file.text();
          const is = documentHash(text);
          setHash({ name: file.name, is, learnt: is === view.terms.document ? learnNames(view, text) : 0 });
        }}
      />
      {hash !== undefined &&
        (hash.is === view.terms.document ? (
          <Notice tone="good" isUrgent>
            <p data-document="same">
              {hash.name} is the document that this agreement holds the hash of.
              {hash.learnt > 0 ? " What it calls the service and the parties is in your names now." : ""}
            </p>
          </Notice>
        ) : (
          <Notice tone="bad" isUrgent>
            <p data-document="other">
              {hash.name} is another text: its hash is {hash.is}, the agreement holds {view.terms.document}.
            </p>
          </Notice>
        ))}
      <p className="hint">It is read here and sent nowhere.</p>
    </Section>
  );
}

/** What both sides' file calls them; names that the viewer gave stay. */
function learnNames({ address, terms, summary: { state } }: View, text: string): number {
  const measures = measuresOfFile(text);
  if (measures.length === terms.indicators.length) learnMeasures(address, measures);
  const { service, client, provider } = namesOfFile(text);
  const all = [
    [address, service],
    [state.client, client],
    [state.provider, provider],
  ] as const;
  return learn(
    Object.fromEntries(all.flatMap(([of, name]) => (name === undefined ? [] : [[of.toLowerCase(), name] as const]))),
  );
}
