import { clientStopsPaying } from "./stories/client-stops-paying.ts";
import { dispute } from "./stories/dispute.ts";
import { silentOracle } from "./stories/silent-oracle.ts";
import type { Story } from "./stories/story.ts";
import { year } from "./stories/year.ts";

/** The main job first, then the others in the order in which the screen offers them. */
export const stories: readonly Story[] = [year, dispute, silentOracle, clientStopsPaying];
