import { expect } from "chai";
import { CONSENTS, type Seat } from "../../src/chain/enums.ts";
import { consentsIn } from "../../src/watch/consents.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import { event, on, seat, usdc } from "./told.ts";

const MAY = on("2030-05-01");
const SOMEBODY = `0x${"77".repeat(20)}`;

interface Key {
  readonly name?: "ConsentGiven" | "ConsentRevoked";
  /** Seconds after 1 May. */
  readonly at?: bigint;
  readonly expires?: bigint;
  /** What it says that others do not. */
  readonly about?: Readonly<Record<string, bigint | string>>;
}

/** A key to an end. */
const key = (by: Seat, { name = "ConsentGiven", at = 0n, expires = 60n, about = {} }: Key = {}) =>
  event(name, MAY + at, {
    ...{ seat: seat(by), expiry: MAY + expires },
    consent: {
      ...{ kind: BigInt(CONSENTS.indexOf("end")), period: 0n, revision: 0n, credit: 0n, account: SOMEBODY, end: MAY },
      ...about,
    },
  });

/** Who has an open key, and which events were the second of two. */
const left = (events: readonly TimedEvent[]) => {
  const { open, second } = consentsIn(events);
  return {
    open: open.map(({ values }) => (values.seat === 1n ? "provider" : "client")),
    second: events.flatMap((each, i) => (second.has(each) ? [i] : [])),
  };
};

describe("two keys", () => {
  it("are one that is open until the other says the same", () => {
    for (const [first, then] of [
      ["client", "provider"],
      ["provider", "client"],
    ] as const) {
      expect(left([key(first)])).to.deep.equal({ open: [first], second: [] });
      expect(left([key(first), key(then)])).to.deep.equal({ open: [], second: [1] });
      expect(left([key(first), key(then), key(first)]), "anew").to.deep.equal({ open: [first], second: [1] });
    }
  });

  it("fit only when they say exactly the same", () => {
    const first = key("client");
    const differences = {
      ...{ kind: 1n, period: 1n, revision: 1n, credit: usdc(1), account: "0x", end: 1n },
    };
    for (const [what, value] of Object.entries(differences)) {
      const other = key("provider", { about: { [what]: value } });
      expect(left([first, other]), what).to.deep.equal({ open: ["client", "provider"], second: [] });
    }
  });

  it("are no two when one side gives both", () => {
    const again = key("client", { expires: 90n });
    expect(left([key("client"), again])).to.deep.equal({ open: ["client"], second: [] });
    expect(consentsIn([key("client"), again]).open, "the later one counts").to.deep.equal([again]);
  });

  it("do not fit once the first has expired, from its very second on", () => {
    const second = (at: bigint) => left([key("client"), key("provider", { at, expires: 200n })]);
    expect(second(59n)).to.deep.equal({ open: [], second: [1] });
    expect(second(60n)).to.deep.equal({ open: ["client", "provider"], second: [] });
  });

  it("are forgotten when they are revoked, and all when a seat changes hands", () => {
    const revoked = (by: Seat) => key(by, { name: "ConsentRevoked" });
    expect(left([key("client"), revoked("client"), key("provider")])).to.deep.equal({ open: ["provider"], second: [] });
    expect(left([key("client"), revoked("provider")])).to.deep.equal({ open: ["client"], second: [] });
    const taken = event("SeatTaken", MAY, { seat: seat("client"), account: SOMEBODY });
    expect(left([key("client"), taken, key("provider")])).to.deep.equal({ open: ["provider"], second: [] });
  });
});
