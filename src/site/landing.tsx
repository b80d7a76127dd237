import type { HtmlContent } from "../console/html.ts";

/** Polykomos's first page. */
export function landing(origin: string): HtmlContent {
  return (
    <>
      <section class="hero">
        <h1>A real database is one call away.</h1>
        <p class="lead">
          Polykomos makes PostgreSQL and MySQL databases on servers you own, in a fraction of a
          second, and answers with a connection string that has already been logged in with.
        </p>
        <div class="go">
          <a class="button" href="/console">
            Open the console
          </a>
          <a class="button quiet" href="/api">
            Read the reference
          </a>
        </div>
      </section>
      <pre tabindex={0}>
        <code>{`curl "${origin}/api/v1/databases?wait=true" \\
  -H "Authorization: Bearer $POLYKOMOS_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d '{"name":"my-app","db_type":"postgres"}'`}</code>
      </pre>
      <div class="tiles">
        {tiles.map(({ name, text }) => (
          <div class="tile">
            <h2>{name}</h2>
            <p>{text}</p>
          </div>
        ))}
      </div>
      <p>
        Start with <a href="/guides/traditional">the guide for applications and CI</a> or{" "}
        <a href="/guides/agents">the guide for agents</a>; an agent itself reads{" "}
        <a href="/api/llms.md">one document</a>.
      </p>
    </>
  );
}

const tiles = [
  {
    name: "Never done twice",
    text: "Every write takes an idempotency key. A retry after a lost answer, a crash or a power cut finds the work of the first try.",
  },
  {
    name: "Ready means logged in",
    text: "A database is active only after a login through the address you are given. No sleeping, no polling until it lets you in.",
  },
  {
    name: "Schemas that are checked",
    text: "Blueprints are read by the engine's own grammar, rehearsed on the real database, applied whole or with an honest log.",
  },
  {
    name: "Quotas that hold",
    text: "Connections and storage are capped by the engine. Over the limit, reading and deleting go on; writing comes back after shrinking.",
  },
  {
    name: "News you can trust",
    text: "Webhooks are signed by Standard Webhooks, written with the change they tell of, and tried for days.",
  },
  {
    name: "Your servers",
    text: "Neon, your own PostgreSQL, MySQL or MariaDB: a fleet with regions, capacities and health checks.",
  },
];
