import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { keystoreAddress, openKeystore, readPasswordFile, writeKeystore } from "../../src/chain/keystore.ts";
import { UpheldError } from "../../src/errors.ts";
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

const FOREIGN_ADDRESS = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b";

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
    writeFileSync(foreign, JSON.stringify(FOREIGN), { mode: 0o600 });
    expect((await openKeystore(foreign, "testpassword")).address).to.equal(FOREIGN_ADDRESS);
  });

  it("is its owner's alone, in a folder of its owner's", async function () {
    if (process.platform === "win32") this.skip();
    const file = join(folder, "new", "key.json");
    await writeKeystore(file, wallet, "x", { scryptN: 1024 });
    expect([statSync(file).mode & 0o777, statSync(join(folder, "new")).mode & 0o777]).to.deep.equal([0o600, 0o700]);
    expect(readFileSync(file, "utf8")).to.match(/^\{.*\}\n$/);
  });

  it("is slow to make and to open, and tells how far it is", async () => {
    const told: number[] = [];
    const progress = (share: number) => told.push(share);
    const file = join(folder, "told.json");
    await writeKeystore(file, wallet, "x", { scryptN: 1024, progress });
    const made = told.length;
    expect(made).to.be.greaterThan(1);
    await openKeystore(file, "x", progress);
    expect(told.length).to.be.greaterThan(made + 1);
    expect(told.at(-1)).to.equal(1);
    expect(JSON.parse(readFileSync(file, "utf8"))).to.have.nested.property("crypto.kdfparams.n", 1024);
  });

  it("need not say its address, and may say it with 0x", () => {
    const file = join(folder, "address.json");
    const told = (address?: unknown) => {
      writeFileSync(file, JSON.stringify({ ...FOREIGN, address }), { mode: 0o600 });
      return keystoreAddress(file);
    };
    expect(told()).to.equal(undefined);
    expect(told(7)).to.equal(undefined);
    for (const prefix of ["", "0x"]) {
      expect(told(prefix + FOREIGN.address)).to.equal(FOREIGN_ADDRESS);
    }
  });

  for (const mode of [0o640, 0o604, 0o620]) {
    it(`must not be another's, though it is encrypted: ${mode.toString(8)}`, async function () {
      if (process.platform === "win32") this.skip();
      const file = join(folder, `open-${mode}.json`);
      writeFileSync(file, JSON.stringify(FOREIGN));
      chmodSync(file, mode);
      expect(await problemOf(openKeystore(file, "testpassword"))).to.deep.equal({
        code: "keystore.readable-by-others",
        message: "Others can read the keystore.",
        file,
        hint: `Take their rights first: chmod 600 ${file}`,
      });
      chmodSync(file, 0o600);
      expect((await openKeystore(file, "testpassword")).address).to.equal(FOREIGN_ADDRESS);
    });
  }

  describe("refuses", () => {
    const NEW = "Name a new file; a keystore is never overwritten.";
    /** The file's text, if it is there; what is asked; what is said. */
    const refused: [
      what: string,
      text: string | undefined,
      ask: (file: string) => Promise<unknown>,
      problem: object,
    ][] = [
      [
        "a wrong password",
        JSON.stringify(FOREIGN),
        (file) => openKeystore(file, "wrong"),
        {
          code: "keystore.wrong-password",
          message: "The password does not open the keystore.",
          hint: "Passwords are asked for at a terminal, or read from the file that a config's `password file` or UPHELD_PASSWORD_FILE names.",
        },
      ],
      [
        "a file that is not there",
        undefined,
        (file) => openKeystore(file, ""),
        {
          code: "keystore.no-file",
          message: "The keystore file cannot be read: ENOENT: no such file or directory.",
          hint: "Check its name: what a config names is meant from the config's folder. `upheld key new FILE` makes one.",
        },
      ],
      [
        "a file that is none",
        "{}",
        (file) => openKeystore(file, ""),
        {
          code: "keystore.malformed",
          message: "The file is not an encrypted JSON keystore of version 3.",
          hint: "Make one with `upheld key new FILE` or `cast wallet new FOLDER`.",
        },
      ],
      [
        "to overwrite",
        "",
        (file) => writeKeystore(file, wallet, "x", { scryptN: 1024 }),
        {
          code: "keystore.exists",
          message: "The keystore cannot be written: it exists already.",
          hint: NEW,
        },
      ],
    ];
    for (const [what, text, ask, problem] of refused) {
      it(what, async () => {
        const file = join(folder, what);
        if (text !== undefined) writeFileSync(file, text, { mode: 0o600 });
        expect(await problemOf(ask(file))).to.deep.equal({ ...problem, file });
        if (text !== undefined) expect(readFileSync(file, "utf8")).to.equal(text);
      });
    }

    it("a folder that cannot be made", async () => {
      const file = join(path, "within", "a-file.json");
      const { message, ...rest } = await problemOf(writeKeystore(file, wallet, "x", { scryptN: 1024 }));
      expect(message).to.match(/^The keystore cannot be written: E(NOTDIR|EXIST|NOENT).*\.$/);
      expect(rest).to.deep.equal({ code: "keystore.not-written", hint: NEW, file });
    });

    it("and keeps the cause", async () => {
      const causes = [
        openKeystore(path, "wrong"),
        openKeystore(join(folder, "none"), ""),
        writeKeystore(join(path, "within"), wallet, "x", { scryptN: 1024 }),
      ];
      for (const asked of causes) {
        const error = await asked.catch((reason: unknown) => reason);
        expect(error).to.have.property("cause").that.is.instanceOf(Error);
      }
    });
  });
});

describe("a password file", () => {
  const asked = (text: string | undefined, mode = 0o600) => {
    const folder = mkdtempSync(join(tmpdir(), "upheld-password-"));
    const file = join(folder, "password");
    try {
      if (text !== undefined) writeFileSync(file, text, { mode: 0o600 });
      if (text !== undefined) chmodSync(file, mode);
      return { file, password: readPasswordFile(file) };
    } catch (error) {
      if (error instanceof UpheldError) return { file, problem: error.problem };
      throw error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  const read: [text: string, password: string][] = [
    ["secret", "secret"],
    ["secret\n", "secret"],
    ["secret\r\n", "secret"],
    ["secret\n\n", "secret\n"],
    ["\n sec\nret ", "\n sec\nret "],
  ];
  for (const [text, password] of read) {
    it(`of ${JSON.stringify(text)} holds ${JSON.stringify(password)}`, () => {
      expect(asked(text).password).to.equal(password);
    });
  }

  it("must be there", () => {
    const { file, problem } = asked(undefined);
    expect(problem).to.deep.equal({
      ...{ code: "password.no-file", message: "The password file does not exist.", file },
      hint: "Check its name: what a config names is meant from the config's folder.",
    });
  });

  for (const mode of [0o640, 0o604, 0o620, 0o601]) {
    it(`must not be another's: ${mode.toString(8)}`, function () {
      if (process.platform === "win32") this.skip();
      const { file, problem } = asked("secret", mode);
      expect(problem).to.deep.equal({
        code: "password.readable-by-others",
        message: "Others can read the password file.",
        file,
        hint: `Take their rights first: chmod 600 ${file}`,
      });
    });
  }
});
