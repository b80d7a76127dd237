import { html } from "hono/html";
import type { Html } from "./frame.ts";
import type { Facts } from "./texts/llms.ts";

/** The first page. One host serves both products, so it leads to both. */
export function landingView({ limits, linkLifetime }: Facts): Html {
  return html`<section class="hero"><h1>Memory that outlasts the chat.</h1>
<p class="lead">pumaDB keeps what your agents learn in small JSON tables: over MCP and REST, with every earlier version, and a link whenever a person should look.</p>
<div class="actions"><a class="button" href="/install">Get a key</a><a class="button quiet" href="/docs">Read the reference</a></div></section>
<div class="tiles">
<div class="tile"><h2>No schema, no server</h2><p>A table appears with its first row. Filters, sorting, upserts and batches of a hundred changes, all or none.</p></div>
<div class="tile"><h2>Nothing is lost</h2><p>Every change keeps what was there: ${limits.versionsPerRow} versions of each row for ${limits.versionDays} days, deleted rows included. Restoring is one call.</p></div>
<div class="tile"><h2>People can look, and mend</h2><p>A link shows a row, a document or a query in a browser for ${linkLifetime}. They can correct it there; two who write at once both keep their text.</p></div>
<div class="tile"><h2>Made for agents</h2><p><a href="/llms.md">One document</a> tells an agent everything it needs, and each of its examples is run in our tests.</p></div>
</div>
<section><h2>Also here: Polykomos</h2><p>Real PostgreSQL and MySQL databases over an API, on servers you own, with keys, quotas and signed webhooks. Its <a href="/api">reference</a> has every call in six languages, and <a href="/polykomos">its own page</a> tells what it is.</p></section>`;
}
