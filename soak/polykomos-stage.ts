import type { Database, Engine, Shown, Tenant } from "./database-model.ts";
import { type Random, uuidOf } from "./random.ts";
import { passwordOf } from "./secrets.ts";
import { type Answer, persist, type Request, type Soak, unexpected } from "./soak.ts";

/** What a step of a developer's program has, and what the steps share. */
export type Stage = {
  soak: Soak;
  tenant: Tenant;
  random: Random;
  step: number;
  /** The engines that there are servers of. */
  engines: readonly [Engine, ...Engine[]];
  /** Where a path of the receiver is. */
  receiverUrl(path: string): string;
};

const walksAwayShare = 0.15;

type AskOptions = {
  body?: unknown;
  /** The answers that a correct request may get, besides 200 and 201. */
  also?: readonly number[];
  /** Whether a share of such requests is given up when the answer is lost. */
  mayWalkAway?: boolean;
};

/**
 * Reads or writes with an Idempotency-Key. `what` is the operation, such as `createDatabase`. Null when
 * no answer came, or one that a correct request must not get, which is then reported.
 */
export async function ask(
  { soak, tenant, random }: Pick<Stage, "soak" | "tenant" | "random">,
  what: string,
  method: Request["method"],
  path: string,
  { body, also = [], mayWalkAway = false }: AskOptions = {},
): Promise<Answer | null> {
  const headers = { "idempotency-key": uuidOf(random) };
  const walksAway = mayWalkAway && random.chance(walksAwayShare);
  const request: Request = {
    api: "polykomos",
    what,
    method,
    path: `/api/v1${path}`,
    token: tenant.key,
    ...(body === undefined ? {} : { body }),
    ...(method === "GET" ? {} : { headers }),
  };
  const { answer } = await persist(soak, request, walksAway);
  if (!answer) return null;
  if ([200, 201, ...also].includes(answer.status)) return answer;
  unexpected(soak, what, answer);
  return null;
}

/** Notes a database as an answer shows it; a masked password says nothing of its credential. */
export function learn({ soak, tenant }: Stage, database: Database, shown: Shown): void {
  database.uuid ??= shown.uuid;
  const wrong =
    database.uuid !== shown.uuid
      ? `is answered as ${shown.uuid}, and was ${database.uuid}`
      : !database.names.includes(shown.name)
        ? `is answered as ${shown.name}, acknowledged: ${database.names.join(" or ")}`
        : null;
  if (wrong) {
    soak.report({ kind: "wrong state", what: `${tenant.name} ${database.label} ${wrong}` });
  }
  if (shown.db_password === null) return;
  const { connection_string: url } = shown;
  if (!database.strings.includes(url)) database.strings.push(url);
  soak.secrets.set(url, `a connection string of ${database.label}`);
  soak.secrets.set(passwordOf(url), `a password of ${database.label}`);
}

/** A database that is certainly live, or undefined. */
export function live(
  { tenant, random }: Stage,
  accepts: (database: Database) => boolean = () => true,
): Database | undefined {
  const [first, ...others] = tenant.databases.filter(
    (each) => each.life === "live" && each.names.length === 1 && accepts(each),
  );
  return first && random.pick([first, ...others]);
}
