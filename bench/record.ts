/** What writing into the record costs: each of its calls, half a month into an agreement of which it tells something already. */
import { ethers, loadFixture, now, timeTravelTo } from "../test/support/fixture.ts";
import { type Figures, gasOf } from "./gas.ts";
import { begin, branches, warmWorld } from "./portfolio.ts";

const PLANNED = 1;
const DECLINED = 2;
const NOTICE = 1;
const HOUR = 3_600n;
const SAID = ethers.id("salted text");

async function recorded() {
  const { agreement } = await begin(await warmWorld(), {});
  const record = await ethers.deployContract("ServiceRecord", [agreement.factory]);
  await timeTravelTo(agreement.terms.start + 15n * 24n * HOUR);
  return { record, agreement };
}

/** By the contract's own names, in its order. */
export async function recordCalls(): Promise<Figures> {
  const { record, agreement } = await loadFixture(recorded);
  const { address: of } = agreement;
  const [provider, client] = [record.connect(agreement.provider), record.connect(agreement.client)];
  const time = await now();
  const announce = () => provider.announce(of, PLANNED, time + 24n * HOUR, time + 25n * HOUR, SAID);
  const [window, advice, incident] = [1n, 2n, 3n];
  const first = await gasOf(announce());
  const advise = await gasOf(provider.advise(of, SAID));
  const disclose = await gasOf(provider.disclose(of, time - HOUR, SAID));
  const [another = 0, update = 0, resolve = 0, answer = 0, retract = 0, file = 0] = await branches(
    () => gasOf(announce()),
    () => gasOf(provider.update(of, incident, SAID)),
    () => gasOf(provider.resolve(of, incident, time, SAID)),
    () => gasOf(client.answer(of, advice, DECLINED, SAID)),
    () => gasOf(provider.retract(of, window)),
    () => gasOf(provider.file(of, NOTICE, SAID)),
  );
  const all = { announce: another, disclose, update, resolve, advise, answer, retract, file };
  return { ...all, "announce, as the agreement's first entry": first };
}
