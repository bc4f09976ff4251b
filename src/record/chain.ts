import { getAddress, type JsonRpcProvider, zeroPadValue } from "ethers";
import { IServiceRecord__factory, ServiceRecord__factory } from "../../typechain-types/index.ts";
import {
  ANSWERS,
  DOCUMENTS,
  MAINTENANCE,
  numberOf,
  type Answer,
  type DocumentKind,
  type MaintenanceKind,
} from "../chain/enums.ts";
import { decodeFailure } from "../chain/failure.ts";
import type { Factory } from "../chain/factory.ts";
import { readLogs } from "../chain/history.ts";
import type { PreparedTransaction } from "../chain/transaction.ts";
import { UpheldError } from "../errors.ts";
import { moment } from "../format.ts";
import type { Period } from "../measure/types.ts";
import { recordEventOf, type EventValues } from "./events.ts";
import { journalOf, type Journal, type RecordEvent } from "./journal.ts";

const RECORD = IServiceRecord__factory.createInterface();

/** The transaction that puts the record of `factory` on the chain. */
export async function createRecord(factory: string): Promise<PreparedTransaction> {
  const { data } = await new ServiceRecord__factory().getDeployTransaction(factory);
  return { to: null, data, value: 0n, description: `create the record of the factory ${factory}` };
}

/** The record beside one agreement: reads it, and prepares every transaction for it. Nothing here signs. */
export class AgreementRecord {
  readonly address: string;
  readonly agreement: string;
  readonly #provider: JsonRpcProvider;
  readonly #block: number;

  private constructor(provider: JsonRpcProvider, address: string, agreement: string, block: number) {
    this.#provider = provider;
    this.address = getAddress(address);
    this.agreement = getAddress(agreement);
    this.#block = block;
  }

  /** Throws `record.not-one` when nothing at `address` answers like the record of `factory`. */
  static async at(
    { provider, address: factory, block }: Pick<Factory, "provider" | "address" | "block">,
    address: string,
    agreement: string,
  ): Promise<AgreementRecord> {
    let named: string | undefined;
    try {
      named = await IServiceRecord__factory.connect(address, provider).factory();
    } catch (error) {
      const decoded = decodeFailure(error);
      if (!decoded.problem.code.startsWith("contract.")) throw decoded;
    }
    if (named !== factory) {
      throw new UpheldError({
        code: "record.not-one",
        message:
          named === undefined
            ? `There is no record at ${address} on this chain.`
            : `The record at ${address} is that of the factory ${named}, not of ${factory}.`,
        hint: "Check --record and --network; `upheld record new` makes the factory's record when it has none.",
      });
    }
    return new AgreementRecord(provider, address, agreement, block);
  }

  /** Everything that was written, in its order. Throws `chain.*`. */
  async read(): Promise<Journal> {
    const topics = [null, zeroPadValue(this.agreement.toLowerCase(), 32)];
    const logs = await readLogs(this.#provider, { address: this.address, topics }, this.#block);
    return journalOf(logs.flatMap((log) => decode(RECORD.parseLog(log))));
  }

  announce(kind: MaintenanceKind, { start, end }: Period, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("announce", [
      this.agreement,
      numberOf(MAINTENANCE, kind),
      start,
      end,
      commitment,
    ]);
    return this.#call(data, `announce ${kind} maintenance from ${moment(start)} until ${moment(end)}`);
  }

  disclose(began: bigint, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("disclose", [this.agreement, began, commitment]);
    return this.#call(data, `tell the client of an incident that began ${moment(began)}`);
  }

  update(entry: number, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("update", [this.agreement, entry, commitment]);
    return this.#call(data, `tell more about incident ${entry}`);
  }

  resolve(entry: number, ended: bigint, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("resolve", [this.agreement, entry, ended, commitment]);
    return this.#call(data, `tell that incident ${entry} ended ${moment(ended)}`);
  }

  advise(commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("advise", [this.agreement, commitment]);
    return this.#call(data, "give the client advice, to be answered");
  }

  answer(entry: number, given: Answer, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("answer", [this.agreement, entry, numberOf(ANSWERS, given), commitment]);
    return this.#call(data, `answer advice ${entry}: ${given}`);
  }

  retract(entry: number): PreparedTransaction {
    const data = RECORD.encodeFunctionData("retract", [this.agreement, entry]);
    return this.#call(data, `take entry ${entry} of the record back`);
  }

  file(kind: DocumentKind, commitment: string): PreparedTransaction {
    const data = RECORD.encodeFunctionData("file", [this.agreement, numberOf(DOCUMENTS, kind), commitment]);
    return this.#call(data, `file a document: ${kind}`);
  }

  #call(data: string, description: string): PreparedTransaction {
    return { to: this.address, data, value: 0n, description };
  }
}

function decode(parsed: ReturnType<typeof RECORD.parseLog>): RecordEvent[] {
  if (parsed === null) return [];
  const event = recordEventOf(parsed.name, parsed.args.toObject() as EventValues);
  return event === undefined ? [] : [event];
}
