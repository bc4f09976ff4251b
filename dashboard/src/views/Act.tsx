import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import type { Address, Hex } from "viem";
import { formatEther } from "viem";
import { carryOut, coinOf, costOf, seesTheSame, simulate, type Plan, type Progress } from "../chain/plan.ts";
import { switchTo, useWallets, type Connected } from "../chain/wallet.ts";
import type { Asked } from "../chain/rpc.ts";
import type { Network } from "../../../src/chain/networks.ts";
import type { Currency } from "../../../src/format.ts";
import { networkName } from "../words.ts";
import { Failure, Lines, Notice } from "./parts.tsx";
import { WalletList } from "./Wallet.tsx";

/** Something a person may do. What it takes depends on who signs, so it is planned when that is known. */
export interface Proposal {
  readonly title: string;
  readonly by: Plan["by"];
  plan(account: Address): Promise<Plan> | Plan;
}

/** What a signature is about: one chain, and contracts that the wallet's own node must see too. */
export interface Stage {
  readonly node: Asked;
  readonly rpc: string;
  readonly network: Network;
  readonly contracts: readonly Address[];
  readonly currency: Currency | undefined;
  readonly onDone: () => Promise<void>;
}

const Proposing = createContext<(proposal: Proposal) => void>(() => undefined);

/** Opens the window in which a proposal is looked at, tried, and signed. */
export const usePropose = () => useContext(Proposing);

export function Acting({ stage, children }: { stage: Stage; children: ReactNode }) {
  const [proposal, setProposal] = useState<Proposal>();
  const close = useCallback(() => {
    setProposal(undefined);
  }, []);
  return (
    <Proposing.Provider value={setProposal}>
      {children}
      {proposal !== undefined && <Window proposal={proposal} stage={stage} onClose={close} />}
    </Proposing.Provider>
  );
}

function Window({ proposal, stage, onClose }: { proposal: Proposal; stage: Stage; onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
  }, []);
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="proposal">
      <h2 id="proposal">{proposal.title}</h2>
      <Readiness proposal={proposal} stage={stage} />
      <button type="button" className="quiet close" onClick={() => box.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

/** The first thing that stands in the way, in words, with its way on; or the plan. */
function Readiness({ proposal, stage }: { proposal: Proposal; stage: Stage }) {
  const { announced, connected } = useWallets();
  const [error, setError] = useState<unknown>();
  if (connected === undefined) {
    return (
      <>
        <p>Which wallet shall sign?</p>
        <WalletList announced={announced} />
      </>
    );
  }
  if (connected.chainId !== stage.network.chainId) {
    const { chainId } = stage.network;
    const name = networkName(stage.network);
    return (
      <>
        <Notice tone="warn" isUrgent>
          <p data-code="wallet.wrong-chain">
            <strong>The wallet is on another chain.</strong> The agreement is on {name} (chain {String(chainId)}), the
            wallet on chain {String(connected.chainId)}.
          </p>
        </Notice>
        <button
          type="button"
          className="main"
          onClick={() => {
            setError(undefined);
            switchTo(connected, { chainId, name, rpc: stage.rpc }).catch(setError);
          }}
        >
          Switch the wallet to {name}
        </button>
        {error !== undefined && <Failure error={error} />}
      </>
    );
  }
  const { account } = connected;
  const isWrong = account === undefined || (proposal.by !== undefined && !isSame(proposal.by.account, account));
  if (isWrong) {
    return (
      <Notice tone="warn" isUrgent>
        <p data-code="wallet.wrong-account">
          <strong>
            {account === undefined
              ? "The wallet shows no account."
              : `The wallet's account is not ${proposal.by?.who ?? ""}.`}
          </strong>{" "}
          This needs {proposal.by === undefined ? "an account" : proposal.by.account}; the wallet shows{" "}
          {account ?? "none"}. Choose that account in the wallet: the page notices by itself.
        </p>
      </Notice>
    );
  }
  return <Tried key={account} proposal={proposal} stage={stage} connected={connected} account={account} />;
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

interface Trial {
  readonly plan: Plan;
  readonly cost: bigint | undefined;
  readonly coin: bigint;
}

async function tryOut(proposal: Proposal, { node, contracts }: Stage, { node: wallet }: Connected, account: Address) {
  const plan = await proposal.plan(account);
  for (const step of plan.steps) await simulate(node, account, step);
  const [coin, costs, isSameCode] = await Promise.all([
    coinOf(node, account),
    Promise.all(plan.steps.map((step) => costOf(node, account, step))),
    seesTheSame(node, wallet, contracts),
  ]);
  if (!isSameCode)
    throw new Error("The wallet's own node does not see the contracts that this page shows. Sign nothing.");
  const known = costs.filter((cost) => cost !== undefined);
  const cost = known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0n);
  return { plan, cost, coin };
}

type Course =
  | { readonly is: "looked at" }
  | { readonly is: "signing"; readonly progress: Progress | undefined }
  | { readonly is: "done"; readonly hash: Hex | undefined }
  | { readonly is: "failed"; readonly error: unknown };

/** A plan after a dry run: what it does in words, what it costs, and the button. */
function Tried({
  proposal,
  stage,
  connected,
  account,
}: {
  proposal: Proposal;
  stage: Stage;
  connected: Connected;
  account: Address;
}) {
  const [trial, setTrial] = useState<Trial | { error: unknown }>();
  const [course, setCourse] = useState<Course>({ is: "looked at" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    tryOut(proposal, stage, connected, account).then(
      (found) => {
        if (isCurrent) setTrial(found);
      },
      (error: unknown) => {
        if (isCurrent) setTrial({ error });
      },
    );
    return () => {
      isCurrent = false;
    };
    // the stage is made anew by every reading of the chain; a plan is looked at once, and once more when asked
  }, [proposal, account, attempt]);

  if (trial === undefined) return <p role="status">Trying it out on the chain, without sending anything …</p>;
  if ("error" in trial) {
    return (
      <Failure error={trial.error} currency={stage.currency}>
        <button
          type="button"
          onClick={() => {
            setTrial(undefined);
            setAttempt(attempt + 1);
          }}
        >
          Look again
        </button>
      </Failure>
    );
  }
  const { plan, cost, coin } = trial;
  const sign = async () => {
    setCourse({ is: "signing", progress: undefined });
    try {
      const hash = await carryOut(plan, stage.node, connected, (progress) => {
        setCourse({ is: "signing", progress });
      });
      await stage.onDone();
      setCourse({ is: "done", hash });
    } catch (error) {
      setCourse({ is: "failed", error });
    }
  };
  const together = connected.isAtomic && plan.permit === undefined;
  const signatures = plan.permit !== undefined ? plan.steps.length + 2 : together ? 1 : plan.steps.length;
  const isPoor = coin === 0n || (cost !== undefined && cost > coin);
  return (
    <>
      <Lines lines={plan.words} />
      {course.is !== "done" && (
        <ol className="steps">
          {plan.permit !== undefined && <li>{plan.permit.words}</li>}
          {plan.permit !== undefined && <li>Pay it in with that signature</li>}
          {plan.steps.map((step) => (
            <li key={step.words}>{step.words}</li>
          ))}
        </ol>
      )}
      {isPoor && (
        <Notice tone="bad" isUrgent>
          <p data-code="gas.too-little">
            <strong>Too little of the chain's own coin to pay for it.</strong> It costs about{" "}
            {coinText(cost ?? 0n, stage.network)}; the account has {coinText(coin, stage.network)}. Send it some, then
            look again.
          </p>
        </Notice>
      )}
      {course.is === "looked at" && !isPoor && (
        <>
          <p className="hint">
            Tried on the chain: it would be accepted.{" "}
            {cost === undefined ? "" : `It costs about ${coinText(cost, stage.network)} in fees of the network. `}
            {signatures === 1 ? "One signature" : `${signatures} signatures`} in {connected.wallet.info.name}.
          </p>
          <button type="button" className="main" onClick={() => void sign()}>
            Sign in {connected.wallet.info.name}
          </button>
        </>
      )}
      {course.is === "signing" && <Waiting progress={course.progress} name={connected.wallet.info.name} />}
      {course.is === "done" && (
        <Notice tone="good" isUrgent>
          <p data-code="done">
            <strong>Done.</strong> {course.hash === undefined ? "" : `Transaction ${course.hash}.`}
          </p>
        </Notice>
      )}
      {course.is === "failed" && (
        <Failure error={course.error} currency={stage.currency}>
          <button
            type="button"
            onClick={() => {
              setCourse({ is: "looked at" });
              setTrial(undefined);
              setAttempt(attempt + 1);
            }}
          >
            Look again
          </button>
        </Failure>
      )}
    </>
  );
}

function Waiting({ progress, name }: { progress: Progress | undefined; name: string }) {
  const what = progress?.words ?? "";
  const text =
    progress?.waits === "chain" ? `Sent. Waiting for the chain: ${what} …` : `Look at ${name}, it asks you: ${what} …`;
  return (
    <p role="status" className="waiting">
      {text}
    </p>
  );
}

/** `0.00012 ETH`, rounded up: what is cheaper than it can be said is not free. */
function coinText(units: bigint, { chainId }: Network): string {
  const step = 10n ** 12n;
  const shown = ((units + step - 1n) / step) * step;
  return `${formatEther(shown)} ${COINS.get(chainId) ?? "ETH"}`;
}

/** What chains call the coin that pays for transactions, where it is not Ether. */
const COINS = new Map([
  [100n, "xDAI"],
  [137n, "POL"],
]);
