import { Wallet } from "ethers";
import { z } from "zod";
import { keystoreAddress, openKeystore, readPasswordFile, writeKeystore } from "../src/chain/keystore.ts";
import { job, usage } from "../src/cli/job.ts";
import { nonEmpty } from "../src/cli/settings.ts";
import { passwordOf } from "../src/cli/signers.ts";

const fileArg = ["<file>", "the keystore's file", z.string()] as const;

const create = job({
  name: "key new",
  summary: "make a key in an encrypted JSON keystore; `cast` opens it too",
  example: "upheld key new keys/oracle.json",
  args: { file: fileArg },
  needs: "nothing",
  async run(context, { file }) {
    const { io } = context.output;
    const named = nonEmpty(io.env["UPHELD_PASSWORD_FILE"]);
    if (named === undefined && !io.isTerminal) {
      throw usage("nobody is at the terminal to choose a password", "Name a file with it in UPHELD_PASSWORD_FILE.");
    }
    const password =
      named === undefined ? await context.output.io.ask("New password: ", { hidden: true }) : readPasswordFile(named);
    if (password === "") throw usage("the password is empty");
    if (named === undefined && (await io.ask("Once more: ", { hidden: true })) !== password) {
      throw usage("the two passwords differ");
    }
    const wallet = Wallet.createRandom();
    await context.output.during("Encrypting", writeKeystore(file, wallet, password));
    return {
      data: { address: wallet.address, file },
      text: [
        `${wallet.address}  ${file}`,
        "Copy the file somewhere safe: it and its password are the only way to this key.",
      ],
    };
  },
});

const show = job({
  name: "key address",
  summary: "say whose key a keystore holds",
  example: "upheld key address keys/oracle.json",
  args: { file: fileArg },
  needs: "nothing",
  async run(context, { file }) {
    const written = keystoreAddress(file);
    const address = written ?? (await openKeystore(file, await passwordOf(file, context.output))).address;
    return { data: { address, file }, text: [address] };
  },
});

export default [create, show];
