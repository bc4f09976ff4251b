import { hint, type Hints } from "./hint.ts";

/** What a committee of oracles, and creating contracts, can be refused for. */
export const COMMITTEE: Hints = {
  MemberCountOutOfRange: hint(
    "{actual} members are not possible: {least} to {most} are.",
    "Name fewer or more members.",
  ),
  ThresholdOutOfRange: hint(
    "A threshold of {actual} is not possible: {least} to {most} are.",
    "More than half of the members must sign.",
  ),
  MembersNotAscending: hint("The member {member} does not come after {previous}.", "Sort the members by address."),
  TooFewSignatures: hint("{actual} members signed; {threshold} must.", "Collect more signatures."),
  SignersNotAscending: hint("The signer {signer} does not come after {previous}.", "Sort the signatures by address."),
  NotAMember: hint("{signer} is no member of the committee.", "Leave this signature out."),
  WrongSignature: hint("The signature is not of {signer}, or not for this.", "Ask the member to sign exactly this."),
  EmptyBatch: hint("There is nothing to deliver.", "Put at least one report into the batch."),
  NotInBatch: hint(
    "Report {index} is not in the signed list, or out of its order.",
    "Deliver what was signed, in order.",
  ),
  ReportsLengthDiffers: hint(
    "The packed reports are {actual} bytes long, not {expected}.",
    "Pack them with this library.",
  ),
  GasBelowFloor: hint(
    "The gas left ({actual}) is below the {floor} that the next report needs.",
    "Send it with more gas.",
  ),
  ECDSAInvalidSignature: hint("A signature is malformed.", "Ask the member to sign again."),
  ECDSAInvalidSignatureLength: hint("A signature has {length} bytes.", "A signature has 65 bytes."),
  ECDSAInvalidSignatureS: hint("A signature is not in its canonical form ({s}).", "Ask the member to sign again."),
  FailedDeployment: hint("The agreement could not be created.", "Run it again with more gas."),
  Create2EmptyBytecode: hint("There is no code to create.", "Check the factory's address."),
  InsufficientBalance: hint("{balance} of the chain's coin is less than the {needed} needed.", "Send no coin along."),
};
