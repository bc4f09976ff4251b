import { join } from "node:path";
import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "./world.ts";

/** What needs both parties' keys, each given on a command line of its own. */
describe("two keys by the executable", () => {
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    await world.ok("deploy", world.file);
    await world.ok("fund", world.file, "12,000", "--transfer");
    await world.ok("accept", world.file, "--as", "client");
    await world.ok("accept", world.file);
  });
  after(() => world.end());

  const agree = (as: string, ...what: string[]) => world.ok("agree", world.file, ...what, "--as", as);
  const counts = (bad: number, seconds = 2_678_400) => ["--counts", `uptime=${seconds},${bad},0`];
  const evidence = () => ["--evidence", join(world.folder, "evidence")];
  const status = async () => (await world.ok("status", world.file)).json;

  it("agree on a credit before the split: it is final at once", async () => {
    await world.at("2030-02-01T00:00:00Z");
    await world.ok("report", world.file, ...counts(4740), ...evidence());
    await agree("client", "credit", "150");
    expect(await status()).to.include({ period: "0", stage: "reported" });
    await agree("provider", "credit", "150");
    expect(await status()).to.include({ period: "1", earnings: "850.00" });
  });

  it("do nothing apart: another amount is another consent", async () => {
    await world.at("2030-03-01T00:00:00Z");
    await world.ok("report", world.file, ...counts(4740, 2_419_200), ...evidence());
    await agree("client", "credit", "150");
    await agree("provider", "credit", "140");
    expect(await status()).to.include({ period: "1", stage: "reported" });
    await world.ok("revoke", world.file, "credit", "150", "--as", "client");
    await agree("provider", "credit", "150");
    expect(await status()).to.include({ period: "1", stage: "reported" });
  });

  it("agree on a credit after the split, for a period and a report that the chain remembers", async () => {
    await world.ok("dispute", world.file, "--as", "client", ...counts(100_000, 2_419_200), ...evidence());
    await world.at("2030-03-20T00:00:00Z");
    const { out } = await world.run(["status", world.file]);
    expect(out).to.contain("DISPUTED, FOR THE ARBITER").and.contain("period 1");
    expect(await status()).to.include({ period: "2", held: "150.00", earnings: "1600.00" });
    const before = await world.balance("client");
    await agree("client", "credit", "180", "--period", "1");
    await agree("provider", "credit", "180", "--period", "1");
    expect(await status()).to.include({ held: "0.00", earnings: "1670.00", pledges: "0.00" });
    // The pledge went back to the client's balance in the agreement.
    expect(await world.balance("client")).to.equal(before);
    expect((await status())["balance"]).to.equal("10380.00");
  });

  it("agree on no credit where nothing is open, and say so", async () => {
    const { code, exitCode } = await world.refusal(
      ...["agree", world.file, "credit", "180", "--period", "1", "--as", "client"],
    );
    expect({ code, exitCode }).to.deep.equal({ code: "agree.not-open", exitCode: 1 });
  });

  it("appoint another oracle, which reports from then on", async () => {
    const { stranger, oracle } = world.people;
    await agree("client", "oracle", stranger);
    expect(await status()).to.have.nested.property("parties.oracle", oracle);
    await agree("provider", "oracle", stranger);
    expect(await status()).to.have.nested.property("parties.oracle", stranger);
    await world.at("2030-04-01T00:00:00Z");
    const first = await world.ok("report", world.file, ...counts(1), ...evidence());
    expect(first.json["transactions"]).to.have.nested.property("[0].from", stranger);
    const other = await world.ok("report", world.file, ...counts(4740), ...evidence(), "--revise");
    expect(other.json).to.include({ revision: "1" });
    expect(await status()).to.include({ credit: "100.00", revision: "1" });
  });

  it("appoint another arbiter, but never a party", async () => {
    const { oracle, client } = world.people;
    await agree("client", "arbiter", oracle);
    await agree("provider", "arbiter", oracle);
    expect(await status()).to.have.nested.property("parties.arbiter", oracle);
    const refusal = await world.refusal("agree", world.file, "arbiter", client, "--as", "provider");
    expect(refusal.code).to.equal("contract.ArbiterIsNotNeutral");
  });

  it("leave a history that verifies to the unit", async () => {
    const { json } = await world.ok("verify", world.file, ...evidence());
    expect(json).to.include({ agrees: true });
    const periods = (json["periods"] as Record<string, unknown>[]).map((period) => {
      const { measures, source, ...money } = period;
      expect(measures).to.have.length(1);
      expect(source).to.equal("counts as stated");
      return money;
    });
    expect(periods).to.deep.equal([
      { period: 0, tableCredit: "100.00", credit: "150.00", earned: "850.00", fromBond: "0.00" },
      { period: 1, tableCredit: "100.00", credit: "180.00", earned: "820.00", fromBond: "0.00" },
      // reported, and not final yet
      { period: 2, tableCredit: "100.00" },
    ]);
  });
});
