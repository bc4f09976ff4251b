import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { formatMoney, formatMonth, formatTime, type TokenUnit } from "../terms/format.ts";
import type { Period } from "../terms/calendar.ts";
import type { Role } from "../terms/file-parties.ts";
import type { Terms } from "../terms/types.ts";
import type { Policy } from "../measure/policy.ts";
import type { Courses, TimedEvent } from "./course.ts";

/** An agreement that is watched, with all that never changes. */
export interface WatchedAgreement {
  readonly address: string;
  /** What people call it: the config's name, else the service of its file, else its address. */
  readonly label: string;
  /** How commands name it. */
  readonly ref: string;
  readonly terms: Terms;
  readonly currency: TokenUnit;
  readonly names: Readonly<Partial<Record<Role, string>>>;
  /** Of its measures, when a file tells them. */
  readonly measures: readonly string[];
  /** How samples of each become counts, likewise. */
  readonly policies: readonly (Policy | undefined)[];
  /** Where its evidence is published, when it has a place of its own. */
  readonly evidence: string | undefined;
}

/** An agreement as of one block. */
export interface View {
  readonly agreement: WatchedAgreement;
  readonly events: readonly TimedEvent[];
  readonly summary: SummaryStructOutput;
  /** The block's time. */
  readonly now: bigint;
  readonly courses: Courses;
}

/** How this agreement's matters are said. */
export class Words {
  readonly #agreement: WatchedAgreement;

  constructor(agreement: WatchedAgreement) {
    this.#agreement = agreement;
  }

  money(units: bigint): string {
    return formatMoney(units, this.#agreement.currency);
  }

  party(role: "provider" | "client"): string {
    return this.#agreement.names[role] ?? `the ${role}`;
  }

  Party(role: "provider" | "client"): string {
    const name = this.party(role);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  /** `October 2025`, or `15 Jan 2025 to 1 Feb 2025` for what is no whole month. */
  period({ start, end }: Pick<Period, "start" | "end">): string {
    const isMonth = start % 86_400n === 0n && isFirst(start) && isFirst(end) && end - start <= 31n * 86_400n;
    return isMonth ? formatMonth(start) : `${formatTime(start)} to ${formatTime(end)}`;
  }

  command(name: string, ...more: string[]): string {
    return ["upheld", name, this.#agreement.ref, ...more].join(" ");
  }
}

const isFirst = (time: bigint): boolean => new Date(Number(time) * 1000).toISOString().slice(8, 19) === "01T00:00:00";
