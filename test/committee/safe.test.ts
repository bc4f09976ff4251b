import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { agreementText } from "../cli/agreement.ts";
import { World } from "../cli/world.ts";
import { RealSafe } from "../support/safe.ts";

/** A committee of two keys and a Safe, two of whose three owners must sign; two members make the quorum. */
describe("a Safe as a committee's member", function () {
  this.timeout(120_000);
  let world: World;
  let safe: RealSafe;
  let [key, committee, file] = ["", "", ""];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    safe = await RealSafe.make(world.provider, [6, 7, 8], 2);
    const keys = await Promise.all([9, 1].map((i) => world.provider.getSigner(i)));
    key = keys[0]!.address;
    const members = [...keys, safe].flatMap(({ address }) => ["--member", address]);
    committee = (await world.ok("committee", "new", ...members, "--threshold", "2")).json["committee"] as string;

    const people = { ...world.people, oracle: committee };
    file = world.write("team.sla.yaml", agreementText(people, await world.token.getAddress()));
    await world.ok("deploy", file);
    await world.ok("fund", file, "12,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file);
    await world.at("2030-02-01T00:00:00Z");
    await world.ok("report", file, ...counts, ...evidence(), "--propose", batch());
    await world.ok(...cosign(...counts, "--from", key));
  });
  after(async () => {
    // there is none when the suite was skipped
    await (world as World | undefined)?.end();
  });

  const counts = ["--counts", "uptime=2678400,4740,0"];
  const batch = () => join(world.folder, "january.batch.json");
  const evidence = () => ["--evidence", join(world.folder, "evidence")];
  const cosign = (...args: string[]) => ["cosign", batch(), file, ...args, ...evidence()];
  const digest = async () => (await world.ok(...cosign(...counts, "--dry-run"))).json["digest"] as string;
  const signedBy = () =>
    (JSON.parse(readFileSync(batch(), "utf8")) as { signatures: { signer: string }[] }).signatures.map(
      ({ signer }) => signer,
    );

  it("has not signed when one of its owners has, nor by what they signed for something else", async () => {
    const one = await safe.signMessage(await digest(), safe.owners.slice(0, 1));
    const other = await safe.signMessage(`0x${"11".repeat(32)}`, safe.owners.slice(0, 2));
    for (const signature of [one, other]) {
      expect(await world.refusal(...cosign("--signer", safe.address, "--signature", signature))).to.include({
        code: "committee.signature",
      });
    }
    expect(signedBy()).to.deep.equal([key]);
    expect(await world.refusal("deliver", batch())).to.include({ code: "committee.too-few" });
  });

  it("signs a batch as a message of two of its owners, and the contract takes it", async () => {
    const signature = await safe.signMessage(await digest(), [safe.owners[2]!, safe.owners[0]!]);
    await world.ok(...cosign("--signer", safe.address, "--signature", signature));
    expect(signedBy()).to.have.members([key, safe.address]);

    const { json } = await world.ok("deliver", batch(), "--from", world.people.stranger);
    expect(json["transactions"]).to.have.length(1);
    expect((await world.ok("status", file)).json).to.include({ stage: "reported" });
  });
});
