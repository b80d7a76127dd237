import { getDatabase, listDatabases } from "../../polykomos/databases/contract.ts";
import { invalidField } from "../../polykomos/dialect.ts";
import {
  createQueryExecution,
  getDatabaseSchema,
  listQueryExecutions,
} from "../../polykomos/queries/contract.ts";
import { type Area, get, post, type View } from "../area.ts";
import type { DatabaseView } from "../databases/wire.ts";
import { csvOf, download } from "../download.ts";
import { afterOf, type Listed, olderHref } from "../lists.ts";
import { attempt } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { askListPage } from "./list-page.tsx";
import { type AskShown, askPage } from "./page.tsx";
import {
  type AnswerView,
  askOf,
  askPath,
  type ExecutionView,
  type SchemaTableView,
} from "./wire.ts";

const databasesPerPage = 50;
const questionsPerPage = 15;

/** Questions in plain English to one database. */
export function askArea(): Area {
  return {
    nav: { href: askPath, name: "Ask", icon: "ask" },
    routes: [
      get("/ask", list),
      get("/ask/:uuid", async (visit) => {
        const question = visit.url.searchParams.get("q") ?? "";
        return askPage(visit, await shownOf(visit, { question }));
      }),
      post("/ask/:uuid", ask),
      post("/ask/:uuid/download", downloadAnswer),
    ],
  };
}

async function list(visit: Visit): Promise<View> {
  const { body } = await visit.ask<Listed<DatabaseView>>(listDatabases, {
    query: {
      team_id: visit.session.team?.id,
      limit: databasesPerPage,
      starting_after: afterOf(visit),
    },
  });
  return askListPage(
    body.data,
    olderHref(askPath, body, ({ uuid }) => uuid),
  );
}

async function shownOf(
  visit: Visit,
  of: Partial<AskShown> & { question: string },
): Promise<AskShown> {
  const uuid = visit.params.uuid ?? "";
  const { body } = await visit.ask<{ data: DatabaseView }>(getDatabase, { params: { uuid } });
  const [asked, schema] = await Promise.all([
    visit.ask<Listed<ExecutionView>>(listQueryExecutions, {
      query: { database_uuid: uuid, limit: questionsPerPage, starting_after: afterOf(visit) },
    }),
    attempt(
      visit.ask<{ data: { tables: SchemaTableView[] } }>(getDatabaseSchema, { params: { uuid } }),
    ),
  ]);
  return {
    database: body.data,
    tables: schema.ok ? schema.value.body.data.tables : null,
    schemaProblem: schema.ok ? null : schema.problem,
    history: asked.body.data,
    older: olderHref(askOf(uuid), asked.body, ({ id }) => id),
    answer: null,
    problem: null,
    ...of,
  };
}

/** Asks, or says yes to what an earlier answer has shown. */
async function ask(visit: Visit): Promise<View> {
  const question = visit.form.get("query") ?? "";
  const confirm = visit.form.get("confirm");
  const body = {
    database_uuid: visit.params.uuid ?? "",
    query: question,
    ...(confirm ? { confirm } : {}),
  };
  const asked = await attempt(visit.ask<AnswerView>(createQueryExecution, { body }));
  const what = asked.ok ? { answer: asked.value.body } : { problem: asked.problem };
  return askPage(visit, await shownOf(visit, { question, ...what }));
}

/**
 * The answer as a file: the question is asked again, with the right to read alone, and must become the
 * statement that was shown.
 */
async function downloadAnswer(visit: Visit): Promise<View | Response> {
  const { form, params } = visit;
  const question = form.get("query") ?? "";
  const body = { database_uuid: params.uuid ?? "", query: question };
  const asked = await attempt(
    visit.ask<AnswerView>(createQueryExecution, { body, only: ["queries:read"] }).then((reply) => {
      if (reply.body.sql === form.get("sql")) return reply.body;
      throw invalidField(
        "sql",
        "the question became another statement this time, so there is no file of the one you saw; ask again",
      );
    }),
  );
  if (!asked.ok) {
    return askPage(visit, await shownOf(visit, { question, problem: asked.problem }));
  }
  const { rows } = asked.value.result;
  if (form.get("format") !== "csv") {
    return download(`${JSON.stringify(rows, null, 2)}\n`, "answer.json", "application/json");
  }
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((name) => row[name]));
  return download(csvOf(columns, cells), "answer.csv", "text/csv; charset=utf-8");
}
