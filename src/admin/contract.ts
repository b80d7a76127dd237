import * as z from "zod";
import { declare } from "../http/declare.ts";
import { queryIntegerOr } from "../http/query-integer.ts";
import { keyControls } from "../polykomos/keys/schemas.ts";
import { operation } from "../polykomos/operations/contract.ts";
import { operationStates } from "../polykomos/operations/steps.ts";
import {
  errorAnswers,
  idQuery,
  isOneLine,
  line,
  many,
  one,
  oneLineError,
  page,
  requestId,
  uuidParams,
  uuidText,
} from "../polykomos/schemas.ts";
import { scopes } from "../polykomos/scopes.ts";
import * as shown from "./schemas.ts";

/** The operator's API. All operations need the operator's token. */
export const access: readonly string[] = [];
export const tag = "Operator";
const idParams = z.object({ id: idQuery });
const bodyId = z.int().min(1).max(2_147_483_647);

export function answers(
  method: "get" | "post" | "patch" | "delete",
  status: number,
  schema: z.ZodType,
) {
  return {
    [status]: { description: "Done.", schema },
    ...errorAnswers({ method }, 404, 409),
  };
}

export const createUser = declare({
  method: "post",
  path: "/users",
  operationId: "adminCreateUser",
  tag,
  summary: "Create a user with a team of their own",
  access,
  body: z.strictObject({ email: z.email().max(254), name: line(120) }),
  answers: answers("post", 201, one(shown.user)),
});

export const listUsers = declare({
  method: "get",
  path: "/users",
  operationId: "adminListUsers",
  tag,
  summary: "List users with their teams, newest first",
  access,
  query: z.strictObject({
    limit: queryIntegerOr(1, 1_000, 1_000),
    starting_after: idQuery.optional(),
  }),
  answers: answers("get", 200, page(shown.user)),
});

export const createTeam = declare({
  method: "post",
  path: "/teams",
  operationId: "adminCreateTeam",
  tag,
  summary: "Create a team; its first member owns it",
  access,
  body: z.strictObject({ name: line(120), member_user_ids: z.array(bodyId).min(1).max(100) }),
  answers: answers("post", 201, one(shown.team)),
});

export const addMember = declare({
  method: "post",
  path: "/teams/{id}/members",
  operationId: "adminAddMember",
  tag,
  summary: "Add a user to a team, or change the role",
  access,
  params: idParams,
  body: z.strictObject({ user_id: bodyId, role: z.enum(["owner", "member"]).default("member") }),
  answers: answers("post", 201, one(shown.membership)),
});

export const createKey = declare({
  method: "post",
  path: "/users/{id}/keys",
  operationId: "adminCreateKey",
  tag,
  summary: "Create an API key for a user; it is shown once",
  access,
  params: idParams,
  body: z.strictObject({
    name: line(120),
    permissions: z.array(z.enum(scopes)).min(1).max(scopes.length),
    controls: keyControls.optional(),
  }),
  answers: answers(
    "post",
    201,
    z.object({ data: shown.apiKey, api_key: z.string(), request_id: requestId }),
  ),
});

export const listKeys = declare({
  method: "get",
  path: "/users/{id}/keys",
  operationId: "adminListKeys",
  tag,
  summary: "List a user's API keys",
  access,
  params: idParams,
  answers: answers("get", 200, many(shown.apiKey)),
});

export const revokeKey = declare({
  method: "delete",
  path: "/keys/{id}",
  operationId: "adminRevokeKey",
  tag,
  summary: "Revoke an API key; it is refused from this answer on",
  access,
  params: idParams,
  answers: answers("delete", 200, one(shown.apiKey)),
});

const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.:_-]+$/, "must be a host name or address");
const port = z.int().min(1).max(65_535);
const serverFields = {
  host,
  port,
  advertised_host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9.:_{}-]+$/, "must be a host name; {id} stands for the database's id"),
  tls: z.boolean(),
  admin_user: line(63),
  // As it is: a password may begin or end with a space.
  admin_password: z.string().min(1).max(200).refine(isOneLine, { error: oneLineError }),
  // What may be promised to databases: the limits of their quotas, or of their plans, added up.
  max_databases: z.int().min(1).max(1_000_000).nullable(),
  max_connections: z.int().min(1).max(1_000_000).nullable(),
  max_bytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER).nullable(),
  transport: z.enum(["neon", "tcp"]),
};

export const createServer = declare({
  method: "post",
  path: "/servers",
  operationId: "adminCreateServer",
  tag,
  summary: "Register a database server",
  description: "Connects to it first, and closes what a stock server leaves open to every login.",
  access,
  body: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower-case letters, digits, hyphens"),
    engine: z.enum(["postgres", "mysql"]),
    region: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower-case letters, digits, hyphens"),
    ...serverFields,
    transport: serverFields.transport.optional().meta({
      override: {
        type: "string",
        enum: ["neon", "tcp"],
        description: "For postgres `neon` (default) or `tcp`; for mysql `tcp`.",
      },
    }),
    advertised_host: serverFields.advertised_host.optional(),
    tls: serverFields.tls.default(true),
    max_databases: serverFields.max_databases.default(200),
    max_connections: serverFields.max_connections.default(null),
    max_bytes: serverFields.max_bytes.default(null),
  }),
  answers: answers("post", 201, one(shown.server)),
});

export const updateServer = declare({
  method: "patch",
  path: "/servers/{id}",
  operationId: "adminUpdateServer",
  tag,
  summary: "Change where a server is or how much it takes; its databases follow",
  access,
  params: idParams,
  body: z.strictObject(serverFields).partial(),
  answers: answers("patch", 200, one(shown.server)),
});

export const listServers = declare({
  method: "get",
  path: "/servers",
  operationId: "adminListServers",
  tag,
  summary: "List database servers",
  access,
  answers: answers("get", 200, many(shown.server)),
});

export const drainServer = declare({
  method: "post",
  path: "/servers/{id}/drain",
  operationId: "adminDrainServer",
  tag,
  summary: "Place nothing new on a server",
  access,
  params: idParams,
  answers: answers("post", 200, one(shown.server)),
});

export const activateServer = declare({
  method: "post",
  path: "/servers/{id}/activate",
  operationId: "adminActivateServer",
  tag,
  summary: "Place databases on a server again",
  access,
  params: idParams,
  answers: answers("post", 200, one(shown.server)),
});

export const getPool = declare({
  method: "get",
  path: "/pool",
  operationId: "adminGetPool",
  tag,
  summary: "How full the pools are",
  access,
  answers: answers("get", 200, many(shown.pool)),
});

export const listJobs = declare({
  method: "get",
  path: "/jobs",
  operationId: "adminListJobs",
  tag,
  summary: "List operations, newest first",
  access,
  query: z.strictObject({
    state: z.enum(operationStates).optional(),
  }),
  answers: answers("get", 200, many(operation)),
});

export const retryJob = declare({
  method: "post",
  path: "/jobs/{id}/retry",
  operationId: "adminRetryJob",
  tag,
  summary:
    "Run a waiting or given-up job now: an operation by its uuid, an application by its number",
  access,
  params: z.object({ id: z.union([uuidText(), idQuery]) }),
  answers: answers("post", 200, one(shown.retried)),
});

export const listOrphans = declare({
  method: "get",
  path: "/orphans",
  operationId: "adminListOrphans",
  tag,
  summary: "Compare the servers' catalogs with our rows, both ways",
  access,
  answers: answers("get", 200, many(shown.orphan)),
});

export const rebuildDatabase = declare({
  method: "post",
  path: "/databases/{uuid}/rebuild",
  operationId: "adminRebuildDatabase",
  tag,
  summary: "Make a database anew, empty, that its server lacks",
  access,
  params: uuidParams,
  answers: answers("post", 200, one(shown.retried)),
});

export const listDeadLetters = declare({
  method: "get",
  path: "/dead_letters",
  operationId: "adminListDeadLetters",
  tag,
  summary: "List what was given up: operations, applications of blueprints, queue messages",
  access,
  answers: answers(
    "get",
    200,
    many(z.union([operation, shown.deadApplication, shown.deadMessage])),
  ),
});

export const sweep = declare({
  method: "post",
  path: "/sweep",
  operationId: "adminSweep",
  tag,
  summary: "Do the scheduled work once, now",
  access,
  answers: answers("post", 200, one(shown.sweepResult)),
});
