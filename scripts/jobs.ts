import type { Job } from "../src/cli/job.ts";
import accept from "./accept.ts";
import agree from "./agree.ts";
import backtest from "./backtest.ts";
import auditPack from "./audit-pack.ts";
import bond from "./bond.ts";
import check from "./check.ts";
import caseOf from "./case.ts";
import claim from "./claim.ts";
import committee from "./committee.ts";
import collect from "./collect.ts";
import compare from "./compare.ts";
import cosign from "./cosign.ts";
import create from "./create.ts";
import deliver from "./deliver.ts";
import deploy from "./deploy.ts";
import dispute from "./dispute.ts";
import doctor from "./doctor.ts";
import explain from "./explain.ts";
import fund from "./fund.ts";
import keep from "./keep.ts";
import key from "./key.ts";
import expose from "./expose.ts";
import lint from "./lint.ts";
import mint from "./mint.ts";
import newFile from "./new.ts";
import preview from "./preview.ts";
import proveDay from "./prove-day.ts";
import publish from "./publish.ts";
import recordAdvice from "./record/advice.ts";
import recordDocument from "./record/document.ts";
import recordIncident from "./record/incident.ts";
import recordMaintenance from "./record/maintenance.ts";
import recordNew from "./record/new.ts";
import recordRead from "./record/read.ts";
import recordRetract from "./record/retract.ts";
import report from "./report.ts";
import revoke from "./revoke.ts";
import rule from "./rule.ts";
import seat from "./seat.ts";
import settle from "./settle.ts";
import statement from "./statement.ts";
import status from "./status.ts";
import sweep from "./sweep.ts";
import sync from "./sync.ts";
import terminate from "./terminate.ts";
import verify from "./verify.ts";
import verifyDay from "./verify-day.ts";
import watch from "./watch.ts";
import withdraw from "./withdraw.ts";

/** Every job, in the order of an agreement's life: as `upheld --help` lists them. */
export const jobs: readonly Job[] = [
  newFile,
  explain,
  backtest,
  lint,
  deploy,
  create,
  mint,
  check,
  status,
  accept,
  fund,
  sync,
  doctor,
  preview,
  report,
  keep,
  collect,
  cosign,
  deliver,
  ...committee,
  compare,
  dispute,
  caseOf,
  rule,
  agree,
  revoke,
  bond,
  settle,
  ...seat,
  terminate,
  claim,
  withdraw,
  sweep,
  watch,
  verify,
  statement,
  auditPack,
  expose,
  proveDay,
  verifyDay,
  recordNew,
  recordMaintenance,
  recordIncident,
  ...recordAdvice,
  recordDocument,
  recordRetract,
  ...recordRead,
  publish,
  ...key,
];
