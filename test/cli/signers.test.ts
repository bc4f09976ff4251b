import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { getAddress, HDNodeWallet, type JsonRpcProvider, type Signer } from "ethers";
import type { Chain } from "../../src/chain/connect.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import type { Io } from "../../src/cli/io.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import { ambiguous, findSigner, namesKey, passwordOf, type KeyOpener, type Need } from "../../src/cli/signers.ts";
import { answering } from "../chain/answering.ts";
import { MNEMONIC } from "../chain/nodes.ts";
import { problemOf } from "../chain/rejection.ts";
import { listening } from "./answer.ts";

const wallet = (i: number) => HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${i}`);
const [PROVIDER, CLIENT, STRANGER] = [wallet(1).address, wallet(2).address, wallet(5).address];
const needOf = (who: string, ...accounts: string[]): Need => ({ who, accounts });
const ANYONE: Need = { who: "anyone", accounts: [] };

interface Asked {
  readonly need?: Need;
  readonly options?: Partial<CommonOptions>;
  readonly env?: Record<string, string>;
  readonly isLocal?: boolean;
  readonly io?: Partial<Io>;
  readonly hardhat?: KeyOpener;
}

/** Finds a signer where the node holds the keys of provider, client and stranger. */
function found({ need = needOf("the client", CLIENT), options = {}, env = {}, io = {}, hardhat, ...rest }: Asked) {
  const node = { eth_accounts: () => [PROVIDER, CLIENT, STRANGER].map((account) => account.toLowerCase()) };
  return answering(node, async (provider) => {
    const chain = { provider, isLocal: rest.isLocal ?? true } as Chain;
    const output = new Output(listening({ env, ...io }).io, false);
    const signer = await findSigner(chain, need, options as CommonOptions, output, hardhat);
    return { address: await signer.getAddress(), isConnected: signer.provider === provider };
  });
}

const refusal = (asked: Asked) => problemOf(found(asked));
const HINT =
  "Give one by --keystore FILE or --hardhat-key NAME, or print the transaction for another signer with --calldata.";

describe("a local node's accounts", () => {
  it("sign for whom the job needs", async () => {
    expect(await found({})).to.deep.equal({ address: CLIENT, isConnected: true });
    expect((await found({ options: { from: CLIENT.toLowerCase() } })).address).to.equal(CLIENT);
    const either = needOf("a party", PROVIDER, CLIENT);
    expect((await found({ need: either, options: { from: PROVIDER } })).address).to.equal(PROVIDER);
  });

  it("sign for anyone: as named, as preferred, else the first", async () => {
    expect((await found({ need: ANYONE, options: { from: STRANGER } })).address).to.equal(STRANGER);
    expect((await found({ need: { ...ANYONE, preferred: CLIENT } })).address).to.equal(CLIENT);
    expect((await found({ need: { ...ANYONE, preferred: wallet(9).address } })).address).to.equal(PROVIDER);
    expect((await found({ need: ANYONE })).address).to.equal(PROVIDER);
  });

  it("do not sign when it is not clear for whom", async () => {
    const problem = {
      code: "usage.which-signer",
      message: "This can be done by a party, and it is not clear which of them you mean.",
      hint: "Add --as provider or --as client.",
    };
    expect(await refusal({ need: needOf("a party", PROVIDER, CLIENT) })).to.deep.equal(problem);
    expect(ambiguous(needOf("a party")).problem).to.deep.equal(problem);
  });

  it("are not enough for somebody else", async () => {
    const [other, another] = [wallet(8).address, wallet(9).address];
    expect(await refusal({ need: needOf("the oracle", other, another) })).to.deep.equal({
      ...{ code: "signer.none", hint: HINT },
      message: `No key is at hand for the oracle (${other} or ${another}).`,
    });
    expect((await refusal({ need: ANYONE, options: { from: other } })).message).to.equal(
      `No key is at hand for anyone (${other}).`,
    );
  });

  it("are refused for another than the job needs, who is named", async () => {
    expect(await refusal({ options: { from: STRANGER } })).to.deep.equal({
      code: "signer.wrong",
      message: `This job is for the client, ${CLIENT}; the key is of ${STRANGER}.`,
      hint: "Sign with the right key, or print the transaction for its holder with --calldata.",
    });
    const either = needOf("a party", PROVIDER, CLIENT);
    expect((await refusal({ need: either, options: { from: STRANGER } })).message).to.contain(
      `${PROVIDER} or ${CLIENT}; the key`,
    );
  });

  it("never sign on a live chain", async () => {
    expect(await refusal({ isLocal: false, need: ANYONE })).to.deep.equal({
      ...{ code: "signer.none", hint: HINT },
      message: "No key is at hand for anyone.",
    });
  });
});

describe("keys of one's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "upheld-signers-"));
  const [file, other, password] = ["client.json", "provider.json", "password"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  before(async () => {
    await writeKeystore(file, wallet(2), "secret", { scryptN: 1024 });
    await writeKeystore(other, wallet(1), "secret", { scryptN: 1024 });
    writeFileSync(password, "secret\n");
    chmodSync(password, 0o600);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const env = { UPHELD_PASSWORD_FILE: password };
  const hardhat: KeyOpener = (name) =>
    name === "mine" ? Promise.resolve(wallet(2) as unknown as Signer) : Promise.reject(new Error(`no key ${name}`));

  it("sign out of a keystore, by flag or environment", async () => {
    const asked = { env, isLocal: false };
    expect(await found({ ...asked, options: { keystore: file } })).to.deep.equal({
      address: CLIENT,
      isConnected: true,
    });
    expect((await found({ ...asked, env: { ...env, UPHELD_KEYSTORE: file } })).address).to.equal(CLIENT);
    const both = { ...env, UPHELD_KEYSTORE: other };
    expect((await found({ ...asked, env: both, options: { keystore: file } })).address, "the flag").to.equal(CLIENT);
  });

  it("sign out of Hardhat's keystore, by flag or environment", async () => {
    const asked = { hardhat, isLocal: false };
    expect(await found({ ...asked, options: { hardhatKey: "mine" } })).to.deep.equal({
      ...{ address: CLIENT, isConnected: true },
    });
    expect((await found({ ...asked, env: { UPHELD_HARDHAT_KEY: "mine" } })).address).to.equal(CLIENT);
    expect(
      (await refusal({ ...asked, need: needOf("the provider", PROVIDER), options: { hardhatKey: "mine" } })).code,
    ).to.equal("signer.wrong");
    expect((await refusal({ isLocal: false, options: { hardhatKey: "mine" } })).code, "nobody opens it").to.equal(
      "signer.none",
    );
  });

  it("of a flag go before the environment's, whatever the kind, and an account before both", async () => {
    const named = { UPHELD_KEYSTORE: other, UPHELD_HARDHAT_KEY: "theirs" };
    expect((await found({ hardhat, env: { ...env, ...named }, options: { hardhatKey: "mine" } })).address).to.equal(
      CLIENT,
    );
    expect((await found({ hardhat, env: { ...env, ...named }, options: { keystore: file } })).address).to.equal(CLIENT);
    const provider = needOf("the provider", PROVIDER);
    expect((await found({ hardhat, need: provider, env: { ...env, ...named } })).address, "the keystore").to.equal(
      PROVIDER,
    );
    expect((await found({ hardhat, env: { ...env, ...named }, options: { from: CLIENT } })).address).to.equal(CLIENT);
    const flags = { keystore: other, hardhatKey: "theirs", from: CLIENT };
    expect((await found({ hardhat, env, options: flags })).address, "the account").to.equal(CLIENT);
  });

  it("are refused before the password is asked for when they are somebody else's", async () => {
    const { code, message } = await refusal({ isLocal: false, options: { keystore: other } });
    expect(code).to.equal("signer.wrong");
    expect(message).to.contain(PROVIDER);
  });

  it("need a password: from a file, from a person, or not at all", async () => {
    const asked: unknown[] = [];
    const person: Partial<Io> = {
      isTerminal: true,
      ask: (...question) => {
        asked.push(question);
        return Promise.resolve("typed");
      },
    };
    const output = (io: Partial<Io>) => new Output(listening(io).io, false);
    expect(await passwordOf("a.json", output({ ...person, env }))).to.equal("secret");
    expect(await passwordOf("a.json", output({ ...person, env: { UPHELD_PASSWORD_FILE: "" } }))).to.equal("typed");
    expect(asked).to.deep.equal([["Password of a.json: ", { hidden: true }]]);
    expect(await problemOf(passwordOf("a.json", output({})))).to.deep.equal({
      code: "usage.no-password",
      message: "The keystore needs a password and nobody is at the terminal.",
      hint: "Put it into a file that only you can read and name that in UPHELD_PASSWORD_FILE.",
    });
  });

  it("are named by any option or variable, and on a local chain by nothing at all", () => {
    const names = (isLocal: boolean, options: Partial<CommonOptions> = {}, variables: Record<string, string> = {}) =>
      namesKey(
        { isLocal, provider: undefined as unknown as JsonRpcProvider } as Chain,
        options as CommonOptions,
        variables,
      );
    expect([names(true), names(false)]).to.deep.equal([true, false]);
    for (const option of ["keystore", "hardhatKey", "from"])
      expect(names(false, { [option]: "x" }), option).to.equal(true);
    for (const name of ["UPHELD_KEYSTORE", "UPHELD_HARDHAT_KEY"]) {
      expect([names(false, {}, { [name]: "x" }), names(false, {}, { [name]: "" })], name).to.deep.equal([true, false]);
    }
  });

  it("have addresses however they are written", async () => {
    expect(getAddress((await found({ options: { from: CLIENT.toLowerCase() } })).address)).to.equal(CLIENT);
  });
});
