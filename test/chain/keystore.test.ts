import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { keystoreAddress, openKeystore, readPasswordFile, writeKeystore } from "../../src/chain/keystore.ts";
import { problemOf } from "./rejection.ts";

// Ethereum's own example of a version 3 keystore, as other tools write it.
const FOREIGN = {
  version: 3,
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  address: "008aeeda4d805471df9b2a5b0f38a0c3bcba786b",
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
};

describe("keystore", () => {
  const folder = mkdtempSync(join(tmpdir(), "upheld-keys-"));
  const wallet = Wallet.createRandom();
  const path = join(folder, "key.json");
  before(() => writeKeystore(path, wallet, "correct", { scryptN: 1024 }));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("opens with its password and tells its address without", async () => {
    expect((await openKeystore(path, "correct")).privateKey).to.equal(wallet.privateKey);
    expect(keystoreAddress(path)?.toLowerCase()).to.equal(wallet.address.toLowerCase());
  });

  it("says `crypto` as the standard does, and never the key", () => {
    const text = readFileSync(path, "utf8");
    expect(JSON.parse(text)).to.have.property("crypto");
    expect(text).not.to.contain(wallet.privateKey.slice(2));
  });

  it("opens one that another tool wrote", async () => {
    const foreign = join(folder, "foreign.json");
    writeFileSync(foreign, JSON.stringify(FOREIGN));
    expect((await openKeystore(foreign, "testpassword")).address).to.equal(
      "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b",
    );
  });

  it("refuses a wrong password, a missing file, a file that is none, and to overwrite", async () => {
    const other = join(folder, "other.json");
    writeFileSync(other, "{}");
    expect((await problemOf(openKeystore(path, "wrong"))).code).to.equal("keystore.wrong-password");
    expect((await problemOf(openKeystore(join(folder, "none"), ""))).code).to.equal("keystore.no-file");
    expect((await problemOf(openKeystore(other, ""))).code).to.equal("keystore.malformed");
    expect((await problemOf(writeKeystore(path, wallet, "x", { scryptN: 1024 }))).code).to.equal("keystore.exists");
  });

  it("refuses a password file that others can read", async () => {
    const file = join(folder, "password");
    writeFileSync(file, "secret\n", { mode: 0o600 });
    expect(readPasswordFile(file)).to.equal("secret");
    chmodSync(file, 0o640);
    const refused = await problemOf(Promise.resolve().then(() => readPasswordFile(file)));
    expect(refused.code).to.equal("password.readable-by-others");
  });
});
