import { join } from "node:path";
import { expect } from "chai";
import { AddressBook } from "../../src/chain/addresses.ts";
import { World } from "./world.ts";

describe("upheld mint", () => {
  let world: World;
  before(async () => {
    world = await World.begin();
  });
  after(() => world.end());

  it("says how to get a test dollar where none is known", async () => {
    const { exitCode, err } = await world.run(["mint", world.people.client, "5"]);
    expect(exitCode).to.equal(2);
    expect(err).to.include("No test dollar is known on local").and.include("upheld deploy --test-token");
  });

  it("makes exactly what is asked for", async () => {
    const book = new AddressBook(join(world.folder, "addresses.local.json"));
    const token = (await world.token.getAddress()) as `0x${string}`;
    book.set(31337n, { factory: world.factory, block: 0, testToken: token });
    const before = await world.token.balanceOf(world.people.client);
    const { exitCode } = await world.run(["mint", world.people.client, "1,234.5"]);
    expect(exitCode).to.equal(0);
    expect(await world.token.balanceOf(world.people.client)).to.equal(before + 1_234_500_000n);
  });
});
