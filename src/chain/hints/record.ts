import { hint, type Hints } from "./hint.ts";

const LIST = "`upheld record list` shows the entries and how they stand.";

/** What the record can be refused for. `NotAParty` and `NotTheSeat` are the agreement's own. */
export const RECORD: Hints = {
  NotGenuine: hint(
    "{account} is no agreement of this record's factory.",
    "Check the address; each factory has a record of its own.",
  ),
  NoKind: hint("No kind is named.", "Say which kind of entry or answer it is."),
  NothingCommitted: hint("The entry commits to no text.", "Say something: its commitment goes into the record."),
  WindowEmpty: hint("The window ends {end:time}, not after its start {start:time}.", "Name an end after the start."),
  MaintenanceNotAhead: hint(
    "Planned maintenance is announced before it starts; this one started {start:time}.",
    "Announce it as an emergency, or disclose an incident.",
  ),
  MaintenanceOver: hint(
    "The maintenance was over {end:time}, so it can no longer be announced.",
    "Disclose an incident: `upheld record incident`.",
  ),
  MaintenanceTooFar: hint(
    "Maintenance is announced for up to a year: until {latest:time}, not {end:time}.",
    "Announce it later.",
  ),
  InTheFuture: hint("{stated:time} has not come yet.", "Say when it was."),
  EndBeforeBeginning: hint("The incident would end {ended:time}, before it began {began:time}.", "Name a later end."),
  WrongEntry: hint("Entry {entry} is not of the kind that this needs.", LIST),
  EntryClosed: hint("Entry {entry} is resolved or retracted already.", LIST),
  AnswerStands: hint(
    "The answer to advice {entry} stands; only a decline may follow a later, and an acceptance either.",
    LIST,
  ),
  MaintenanceBegan: hint(
    "Maintenance {entry} began {start:time}, so it can no longer be taken back.",
    "It stays in the record.",
  ),
};
