import * as contract from "../../admin/contract.ts";
import { type Area, get, post, seeOther, type View } from "../area.ts";
import { attempt, type Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { deadLettersPage } from "./dead-letters-page.tsx";
import type { JobList } from "./job.tsx";
import { newServerPage, serverBodyOf } from "./new-server-page.tsx";
import { operationsPage } from "./operations-page.tsx";
import { isOperator, type OperatorAsk, type OperatorDeps, operatorAsk } from "./operator.ts";
import { orphansPage } from "./orphans-page.tsx";
import { addMember, makeTeam, makeUser, people } from "./people-routes.ts";
import { serversPage } from "./servers-page.tsx";
import {
  type DeadLetterView,
  type OperationView,
  type OrphanView,
  operatorPath,
  type PoolView,
  type ServerView,
  type SweepView,
} from "./wire.ts";

/** What whoever runs this service does by the operator's API. For everybody else it is not there. */
export function operatorArea(deps: OperatorDeps): Area {
  const ask = operatorAsk(deps);
  return {
    nav: { href: operatorPath, name: "Operator", icon: "operator" },
    isFor: (visit) => isOperator(deps, visit),
    done: {
      server_made: "The server is taken in: databases are placed on it from now on.",
      user_made: "The user is made, with a team of their own.",
      team_made: "The team is made.",
      member_added: "The user has that role in the team.",
      server_draining: "Nothing new is placed on the server.",
      server_active: "The server was asked, and takes databases again if it answers.",
      job_queued: "It is queued, and tried again now.",
      rebuild_queued: "It is being made anew.",
    },
    routes: [
      get("/operator", (visit) => servers(ask, visit, { swept: null, problem: null })),
      post("/operator/sweep", (visit) => sweep(ask, visit)),
      get("/operator/servers/new", async (visit) => newServerPage(visit, null)),
      post("/operator/servers", (visit) => takeIn(ask, visit)),
      post("/operator/servers/:id/drain", (visit) => drain(ask, visit)),
      post("/operator/servers/:id/activate", (visit) => activate(ask, visit)),
      get("/operator/people", (visit) => people(ask, visit)),
      post("/operator/people/users", (visit) => makeUser(ask, visit)),
      post("/operator/people/teams", (visit) => makeTeam(ask, visit)),
      post("/operator/people/members", (visit) => addMember(ask, visit)),
      get("/operator/operations", (visit) => operations(ask, visit, null)),
      get("/operator/dead-letters", (visit) => deadLetters(ask, visit, null)),
      post("/operator/jobs/:id/retry", (visit) => retry(ask, visit)),
      get("/operator/orphans", (visit) => orphans(ask, visit, null)),
      post("/operator/databases/:uuid/rebuild", (visit) => rebuild(ask, visit)),
    ],
  };
}

async function servers(
  ask: OperatorAsk,
  visit: Visit,
  shown: { swept: SweepView | null; problem: Problem | null },
): Promise<View> {
  const [listed, pools] = await Promise.all([
    ask<ServerView[]>(visit, contract.listServers),
    ask<PoolView[]>(visit, contract.getPool),
  ]);
  return serversPage(visit, { servers: listed, pools, ...shown });
}

async function sweep(ask: OperatorAsk, visit: Visit): Promise<View> {
  const swept = await attempt(ask<SweepView>(visit, contract.sweep));
  return swept.ok
    ? await servers(ask, visit, { swept: swept.value, problem: null })
    : await servers(ask, visit, { swept: null, problem: swept.problem });
}

async function takeIn(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const made = await attempt(ask(visit, contract.createServer, { body: serverBodyOf(visit.form) }));
  return made.ok ? seeOther(operatorPath, "server_made") : newServerPage(visit, made.problem);
}

function idOf({ params }: Visit): { id: string } {
  return { id: params.id ?? "" };
}

async function drain(ask: OperatorAsk, visit: Visit): Promise<Response> {
  await ask(visit, contract.drainServer, { params: idOf(visit) });
  return seeOther(operatorPath, "server_draining");
}

async function activate(ask: OperatorAsk, visit: Visit): Promise<Response> {
  await ask(visit, contract.activateServer, { params: idOf(visit) });
  return seeOther(operatorPath, "server_active");
}

async function operations(ask: OperatorAsk, visit: Visit, problem: Problem | null): Promise<View> {
  const state = visit.url.searchParams.get("state") ?? "";
  const query = { state: state || undefined };
  const read = await attempt(ask<OperationView[]>(visit, contract.listJobs, { query }));
  return operationsPage(visit, {
    operations: read.ok ? read.value : [],
    state,
    problem: problem ?? (read.ok ? null : read.problem),
  });
}

async function deadLetters(ask: OperatorAsk, visit: Visit, problem: Problem | null): Promise<View> {
  const letters = await ask<DeadLetterView[]>(visit, contract.listDeadLetters);
  return deadLettersPage(visit, letters, problem);
}

async function retry(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const back: JobList = visit.form.get("back") === "dead-letters" ? "dead-letters" : "operations";
  const queued = await attempt(ask(visit, contract.retryJob, { params: idOf(visit) }));
  if (queued.ok) return seeOther(`${operatorPath}/${back}`, "job_queued");
  const page = back === "dead-letters" ? deadLetters : operations;
  return await page(ask, visit, queued.problem);
}

async function orphans(ask: OperatorAsk, visit: Visit, problem: Problem | null): Promise<View> {
  const read = await attempt(ask<OrphanView[]>(visit, contract.listOrphans));
  const wrong = problem ?? (read.ok ? null : read.problem);
  return orphansPage(visit, read.ok ? read.value : null, wrong);
}

async function rebuild(ask: OperatorAsk, visit: Visit): Promise<View | Response> {
  const params = { uuid: visit.params.uuid ?? "" };
  const queued = await attempt(ask(visit, contract.rebuildDatabase, { params }));
  if (!queued.ok) {
    const { message } = queued.problem;
    const hint = "One that went a moment ago is noticed by the next sweep; try again after it.";
    return await orphans(ask, visit, { ...queued.problem, message: `${message}. ${hint}` });
  }
  return seeOther(`${operatorPath}/operations`, "rebuild_queued");
}
