import { Hono } from "hono";
import { raw } from "hono/html";
import type { HtmlContent } from "../console/html.ts";
import type { OperationDeclaration } from "../http/declare.ts";
import { markdownHtml } from "../puma/pages/markdown.ts";
import { assetResponse } from "./assets.ts";
import { publicPage } from "./frame.tsx";
import { landing } from "./landing.tsx";
import { polykomosReference } from "./reference.tsx";
import { agentsGuide, traditionalGuide } from "./texts/guides.ts";
import { llmsText } from "./texts/llms.ts";

/** Polykomos's pages for everybody: landing page, reference, guides, and the document for agents. */
export type SiteDeps = {
  /** The origin that clients reach us at; empty: that of the request. */
  publicUrl: string;
};

/** References kept in memory, one for each origin. */
const referencesMax = 10;

export function siteApp(deps: SiteDeps, declarations: readonly OperationDeclaration[]): Hono {
  const app = new Hono();
  const originOf = (url: string) => deps.publicUrl.replace(/\/+$/, "") || new URL(url).origin;
  const references = new Map<string, Promise<HtmlContent>>();

  /** Made once for each address: it is the same for everybody. */
  async function reference(origin: string): Promise<HtmlContent> {
    const known = references.get(origin);
    if (known) return await known;
    const made = Promise.resolve(polykomosReference(declarations, origin)).then((view) =>
      raw(String(view)),
    );
    if (references.size < referencesMax) references.set(origin, made);
    return await made;
  }

  app.get("/guides/assets/:name", ({ req }) => assetResponse(req.path) ?? lost());
  // The first path where Polykomos has a host of its own, the second where pumaDB has the root.
  app.on("GET", ["/", "/polykomos"], ({ req }) =>
    publicPage({ place: "/", title: "Databases over HTTP", main: landing(originOf(req.url)) }),
  );
  app.get("/api", async ({ req }) => {
    const main = await reference(originOf(req.url));
    return await publicPage({ place: "/api", title: "API reference", main });
  });
  app.get("/guides/traditional", ({ req }) =>
    guide("/guides/traditional", "For applications and CI", traditionalGuide(originOf(req.url))),
  );
  app.get("/guides/agents", ({ req }) =>
    guide("/guides/agents", "For agents", agentsGuide(originOf(req.url))),
  );
  app.get("/api/llms.md", ({ req }) => {
    const headers = {
      "content-type": "text/markdown; charset=utf-8",
      "cache-control": "public, max-age=300",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    };
    return new Response(llmsText(originOf(req.url)), { headers });
  });
  app.notFound(() => lost());
  return app;
}

function guide(place: string, title: string, markdown: string): Promise<Response> {
  const main = (
    <article class="prose">
      <h1>{title}</h1>
      {markdownHtml(markdown, true)}
    </article>
  );
  return publicPage({ place, title, main });
}

function lost(): Response {
  return new Response("There is nothing here. Try /guides/traditional, /guides/agents or /api.\n", {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
