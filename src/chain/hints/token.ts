import { hint, type Hints } from "./hint.ts";

/** What tokens built on OpenZeppelin answer, and what calling them can end with. */
export const TOKEN: Hints = {
  ERC20InsufficientBalance: hint(
    "{sender} holds {balance:money}; {needed:money} is needed.",
    "Send this account more of the token.",
  ),
  ERC20InsufficientAllowance: hint(
    "{spender} may take {allowance:money}; {needed:money} is needed.",
    "The approval goes first; run the job again, it approves the exact amount.",
  ),
  SafeERC20FailedOperation: hint(
    "The token {token} refused to move.",
    "Its issuer may have frozen an account, or the balance is too low.",
  ),
  ERC20InvalidApprover: hint("{approver} cannot approve.", "Sign with an ordinary account."),
  ERC20InvalidReceiver: hint("{receiver} cannot receive this token.", "Name another receiver."),
  ERC20InvalidSender: hint("{sender} cannot send this token.", "Pay from another account."),
  ERC20InvalidSpender: hint("{spender} cannot be approved.", "Check the agreement's address."),
  ERC2612ExpiredSignature: hint("The signed approval expired {deadline:time}.", "Sign a new one."),
  ERC2612InvalidSigner: hint(
    "The approval was signed by {signer}, not by the owner {owner}.",
    "Sign it with the key that pays.",
  ),
  InvalidAccountNonce: hint(
    "The signed approval of {account} was used already (number {currentNonce} is next).",
    "Sign a new one.",
  ),
  StringTooLong: hint("The token's name is too long: {str}.", "Use another token."),
  InvalidShortString: hint("The token's name is malformed.", "Use another token."),
  ReentrancyGuardReentrantCall: hint(
    "The token called back into the agreement while it was being paid.",
    "Such tokens are not supported; nothing was moved.",
  ),
};
