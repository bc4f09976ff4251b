/** The enums of `AgreementTypes.sol`: the position is the number. */
export const PHASES = ["none", "draft", "active", "closed", "lapsed"] as const;
export const STAGES = ["none", "running", "awaiting", "reported", "disputed"] as const;
export const SEATS = ["none", "provider", "client"] as const;
export const EXITS = ["none", "notice", "chronic", "bond", "nonpayment"] as const;
export const RULINGS = ["none", "report", "provider", "client", "declined"] as const;
export const CONSENTS = ["none", "credit", "oracle", "arbiter", "end"] as const;

export type Phase = (typeof PHASES)[number];
export type Stage = (typeof STAGES)[number];
export type Seat = Exclude<(typeof SEATS)[number], "none">;
export type Exit = Exclude<(typeof EXITS)[number], "none">;
export type Ruling = Exclude<(typeof RULINGS)[number], "none">;
export type ConsentKind = Exclude<(typeof CONSENTS)[number], "none">;

/** The revision that stands for silence. */
export const SILENCE = 255n;

/** The number of `name` in one of the lists above. */
export function numberOf<T extends string>(list: readonly T[], name: T): number {
  return list.indexOf(name);
}

/** The name of `value`; numbers the list does not know cannot come out of the contract. */
export function nameOf<T extends string>(list: readonly T[], value: bigint): T {
  const name = list[Number(value)];
  if (name === undefined) throw new RangeError(`enum value ${value}`);
  return name;
}

/** The enums of `IServiceRecord.sol`. */
export const ENTRY_KINDS = ["none", "maintenance", "incident", "advice", "document"] as const;
export const MAINTENANCE = ["none", "planned", "emergency"] as const;
export const ANSWERS = ["none", "later", "declined", "accepted"] as const;
export const DOCUMENTS = ["none", "notice", "report", "minutes", "certificate", "other"] as const;

export type EntryKind = Exclude<(typeof ENTRY_KINDS)[number], "none">;
export type MaintenanceKind = Exclude<(typeof MAINTENANCE)[number], "none">;
export type Answer = Exclude<(typeof ANSWERS)[number], "none">;
export type DocumentKind = Exclude<(typeof DOCUMENTS)[number], "none">;
