import { cashOut, report, signUp } from "../stage.ts";
import type { Story } from "./story.ts";

/** The main job: a real year, reported each month, nobody argues. */
export const year: Story = {
  name: "year",
  plot: "",
  async play(stage) {
    const { periods } = stage.agreement.terms;
    await signUp(stage, BigInt(periods));
    for (let k = 0; k < periods; ++k) await report(stage, k);
    await cashOut(stage);
  },
  ending: () => ({ text: [], data: {}, periods: [] }),
};
