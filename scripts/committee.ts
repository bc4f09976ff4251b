import { getAddress } from "ethers";
import { z } from "zod";
import { OracleCommittee__factory } from "../typechain-types/index.ts";
import { needs, type Context } from "../src/cli/context.ts";
import { addressType } from "../src/cli/fields.ts";
import { job, usage } from "../src/cli/job.ts";
import { toJson } from "../src/cli/output.ts";
import { Committee } from "../src/committee/committee.ts";
import { replaceFile, writeNewFile } from "../src/committee/files.ts";
import { requireSame } from "../src/committee/propose.ts";
import {
  checkedReplacement,
  readReplacement,
  replacementText,
  type ReplacementFile,
} from "../src/committee/replacement-file.ts";
import { checkSignatures, requireQuorum, requireSigned } from "../src/committee/signatures.ts";
import { inOrder } from "../src/chain/batch.ts";

const members = {
  member: ["<address>", "a member: a key, a Safe; give one --member for each", z.array(addressType).min(1)],
  threshold: ["<k>", "how many must sign, more than half", z.coerce.number().int()],
} as const;

const committeeField = ["<committee>", "its address", addressType] as const;
const fileField = ["<file>", "the replacement file", z.string()] as const;

const make = job({
  name: "committee new",
  summary: "put a committee of oracles on the chain; then name its address as the oracle of agreements",
  example: "upheld committee new --member 0x… --member 0x… --member 0x… --threshold 2 --keystore keys/provider.json",
  options: members,
  async run(context, { member, threshold }) {
    const wanted = checkedReplacement(member, threshold);
    const { data } = await new OracleCommittee__factory().getDeployTransaction([...wanted.members], wanted.threshold);
    const description = `create a committee of ${wanted.members.length}, ${wanted.threshold} of whom must sign`;
    const submitted = await context.submit({
      need: needs.anyone,
      transactions: () => [{ to: null, data, value: 0n, description }],
    });
    const [sent] = submitted.sent;
    if (sent === undefined) return submitted;
    const { provider } = await context.chain();
    const address = getAddress((await provider.getTransactionReceipt(sent.hash))?.contractAddress ?? "");
    return {
      data: { ...submitted.data, committee: address, ...wanted },
      text: [...submitted.text, `The committee is ${address}. Write it as "oracle" into agreement files.`],
    };
  },
});

const show = job({
  name: "committee show",
  summary: "say who sits in a committee and how many must sign",
  example: "upheld committee show 0x…",
  args: { committee: committeeField },
  needs: "chain",
  async run(context, { committee: address }) {
    const { seats } = await open(context, address);
    return {
      data: { committee: address, ...seats },
      text: [
        `${seats.threshold} of ${seats.members.length} members must sign; replaced ${seats.nonce} times.`,
        ...seats.members.map((member) => `  ${member}`),
      ],
    };
  },
});

const propose = job({
  name: "committee propose",
  summary: "write a file that gives a committee other members, for the present ones to sign",
  example: "upheld committee propose 0x… --member 0x… --member 0x… --member 0x… --threshold 2 --out new-members.json",
  args: { committee: committeeField },
  options: { ...members, out: ["<file>", "the file to write", z.string()] },
  needs: "chain",
  async run(context, { committee: address, member, threshold, out }) {
    const { seats, chainId } = await open(context, address);
    const wanted = checkedReplacement(member, threshold);
    const isSame = wanted.members.join() === seats.members.join() && wanted.threshold === seats.threshold;
    if (isSame) throw usage("these are the members and the threshold that it has");
    const file = { ...wanted, chainId, committee: address, nonce: seats.nonce, signatures: [] };
    await writeNewFile(out, replacementText(file));
    return {
      data: { file: out, ...wanted, nonce: seats.nonce },
      text: [
        ...changes(seats.members, wanted.members),
        `${wanted.threshold} of ${wanted.members.length} will have to sign.`,
        `Wrote ${out}: ${seats.threshold} of the present members sign it with \`upheld committee sign ${out}\`.`,
      ],
    };
  },
});

const sign = job({
  name: "committee sign",
  summary: "sign other members for your committee (present member)",
  example:
    "upheld committee sign new-members.json --keystore keys/member.json\nupheld committee sign new-members.json --signer 0x… --signature 0x…",
  args: { file: fileField },
  options: {
    signer: ["<address>", "with --signature: the member it is of, a Safe for example", addressType.optional()],
    signature: ["<hex>", "one that was made elsewhere, of what --dry-run prints", z.string().toLowerCase().optional()],
  },
  async run(context, { file: path, signer, signature }) {
    if (context.options.calldata) throw usage("nothing is sent here", "--dry-run prints what would be signed.");
    if ((signer === undefined) !== (signature === undefined)) throw usage("--signer and --signature go together");
    const { committee, file } = await openFile(context, path);
    const what = committee.replacementToSign(file);
    if (context.options.dryRun) {
      const data = { domain: what.domain, types: what.types, primaryType: "Replace", message: what.value };
      return {
        data: { dryRun: true, ...data, digest: what.digest },
        text: [...changes(committee.seats.members, file.members), toJson({ ...data, digest: what.digest })],
      };
    }
    for (const line of changes(committee.seats.members, file.members)) context.output.note(line);
    const made =
      signer === undefined || signature === undefined
        ? await committee.sign(what, await context.signer({ who: "a member", accounts: committee.seats.members }))
        : { signer, signature };
    await requireSigned(committee, what, made);
    const others = file.signatures.filter((one) => one.signer !== made.signer);
    const signed = { ...file, signatures: inOrder([...others, made]) };
    await replaceFile(path, replacementText(signed));
    const { good, missing } = await checkSignatures(committee, what, signed.signatures);
    const left = Math.max(0, committee.seats.threshold - good.length);
    return {
      data: { signer: made.signer, signatures: good.length, needed: left },
      text: [
        `${made.signer} signed.`,
        left > 0
          ? `${left} more must sign, of ${missing.join(", ")}.`
          : `That is enough: anyone may now run \`upheld committee replace ${path}\`.`,
      ],
    };
  },
});

const replace = job({
  name: "committee replace",
  summary: "give a committee the members that a quorum of the present ones signed (anyone)",
  example: "upheld committee replace new-members.json --keystore keys/anyone.json",
  args: { file: fileField },
  async run(context, { file: path }) {
    const { committee, file } = await openFile(context, path);
    const checked = await checkSignatures(committee, committee.replacementToSign(file), file.signatures);
    requireQuorum(committee, checked);
    return context.submit({
      need: needs.anyone,
      transactions: () => [committee.replace(file, checked.good)],
    });
  },
});

export default [make, show, propose, sign, replace];

async function open(context: Context, address: string): Promise<Committee> {
  const { provider, network } = await context.chain();
  return Committee.at(provider, network.chainId, address);
}

/** The file's committee, if the file is still of use: each replacement makes those signed before it void. */
async function openFile(context: Context, path: string): Promise<{ committee: Committee; file: ReplacementFile }> {
  const file = await readReplacement(path);
  const committee = await open(context, file.committee);
  requireSame(file, committee, path);
  if (file.nonce === committee.seats.nonce) return { committee, file };
  throw usage(
    `the file is for replacement ${file.nonce}, and the committee is at ${committee.seats.nonce}`,
    "Its members were replaced since: propose anew.",
  );
}

function changes(before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((member) => !after.includes(member)).map((member) => `  - ${member}`);
  const come = after.filter((member) => !before.includes(member)).map((member) => `  + ${member}`);
  return [...gone, ...come];
}
