import { type Call, callAs, must, textAt } from "../dev/call.ts";
import { modern } from "../test/support/mcp-clients.ts";
import { sweep, type Tenant } from "./tenant.ts";

/** The operations whose cost is counted. */
type Operation = {
  name: string;
  /** What is made for it first, and not counted. */
  prepare?(): Promise<unknown>;
  /** Runs it once; `index` counts from 0. */
  run(index: number): Promise<unknown>;
  /** How often it is run, where that is not the usual number. */
  count?: number;
};

/** What a developer's program does, in the order in which it is counted: a webhook is told of the last. */
export async function polykomosOperations(
  url: string,
  tenant: Tenant,
  receiverUrl: string,
): Promise<Operation[]> {
  const send = (method: string, path: string, body?: unknown) => () =>
    tenant.send(method, `/api/v1${path}`, body);
  const create = async (name: string) => {
    const { body } = await tenant.send("POST", "/api/v1/databases?wait=true", { name });
    return String(body.data.uuid);
  };
  const made: string[] = [];
  const uuid = await create("kept");
  const one = `/databases/${uuid}`;
  const script = "CREATE TABLE IF NOT EXISTS customers (id int PRIMARY KEY, name text, city text)";
  const { body } = await tenant.send("POST", "/api/v1/blueprints", {
    name: "Shop",
    sql_content: script,
    engine: "postgres",
  });
  const { uuid: blueprint } = body.data;
  return [
    {
      name: "POST /databases, from the pool",
      run: async (index) => made.push(await create(`pooled-${index}`)),
      count: 5,
    },
    {
      name: "POST /databases, cold",
      run: async (index) => made.push(await create(`cold-${index}`)),
      count: 5,
    },
    { name: "GET /me", run: send("GET", "/me") },
    { name: "GET /databases", run: send("GET", "/databases") },
    { name: "GET /databases/{uuid}", run: send("GET", one) },
    { name: "GET /operations", run: send("GET", "/operations") },
    {
      name: "PATCH /databases/{uuid}, the name",
      run: (index) => tenant.send("PATCH", `/api/v1${one}`, { name: `named-${index}` }),
    },
    {
      name: "PATCH /databases/{uuid}/quotas",
      run: (index) =>
        tenant.send("PATCH", `/api/v1${one}/quotas`, { connection_hard_limit: 4 + (index % 2) }),
    },
    {
      name: "POST …/blueprint_applications",
      run: send("POST", `${one}/blueprint_applications`, { blueprint_uuid: blueprint, wait: true }),
    },
    {
      name: "POST /query_executions, embedded translator",
      run: send("POST", "/query_executions", {
        database_uuid: uuid,
        query: "How many customers are there?",
      }),
    },
    {
      name: "POST …/credentials/rotate",
      run: send("POST", `${one}/credentials/rotate`, {}),
      count: 5,
    },
    {
      name: "DELETE /databases/{uuid}",
      run: async () => tenant.send("DELETE", `/api/v1/databases/${made.pop()}`),
      count: 10,
    },
    {
      name: "a sweep with one server (the cron, once a minute)",
      run: () => sweep(url),
    },
    {
      name: "PATCH /databases/{uuid}, the name, told to one webhook",
      prepare: send("POST", "/webhook_endpoints", { url: receiverUrl }),
      run: (index) => tenant.send("PATCH", `/api/v1${one}`, { name: `told-${index}` }),
    },
  ];
}

/** What an agent does, by an account of its own. */
export async function pumaOperations(url: string): Promise<Operation[]> {
  const visitor = callAs(url, "");
  const agent = callAs(url, await signIn(visitor));
  const row = { title: "A note", text: "Deploy on Tuesdays.", tags: ["deploy"], done: false };
  const send = (method: string, path: string, body?: unknown) => () =>
    must(agent, method, path, body);
  const call = (name: string, values: Record<string, unknown>) => async () => {
    const { body, headers } = modern("tools/call", { name, arguments: values });
    const accept = "application/json, text/event-stream";
    await must(agent, "POST", "/mcp", body, { ...headers, accept });
  };
  return [
    { name: "pumaDB: sign in by mail", run: () => signIn(visitor), count: 5 },
    { name: "pumaDB: add a row", run: send("POST", "/v1/notes", row) },
    { name: "pumaDB: query 25 rows", run: send("GET", "/v1/notes?limit=25") },
    {
      name: "pumaDB: upsert a row",
      run: (index) =>
        must(agent, "POST", "/v1/people/upsert", {
          key: "email",
          row: { email: `${index % 5}@example.com`, seen: index },
        }),
    },
    {
      name: "pumaDB: add 10 rows in a batch",
      run: send("POST", "/v1/batched/batch", {
        operations: Array.from({ length: 10 }, () => ({ action: "add", row })),
      }),
    },
    { name: "pumaDB: count rows", run: send("GET", "/v1/notes/count") },
    {
      name: "pumaDB: make a link to a query",
      run: send("POST", "/v1/_query_links", { table: "notes" }),
    },
    { name: "pumaDB: add a row over MCP", run: call("add", { table: "notes", row }) },
    { name: "pumaDB: query 25 rows over MCP", run: call("query", { table: "notes", limit: 25 }) },
    {
      name: "OAuth: register a client",
      run: () =>
        must(visitor, "POST", "/oauth/register", {
          client_name: "Bench",
          redirect_uris: ["https://client.example/callback"],
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
        }),
    },
  ];
}

/** Signs in to a fresh account by mail; its key. */
async function signIn(visitor: Call): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  const asked = await must(visitor, "POST", "/auth/magic-link", { email });
  const token = textAt(asked, "dev_magic_link").split("/").at(-1);
  return textAt(await must(visitor, "POST", "/auth/verify", { token }), "api_key");
}
