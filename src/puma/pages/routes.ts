import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { OperationDeclaration } from "../../http/declare.ts";
import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { pumaDocument } from "../document.ts";
import { publicOrigin } from "../origin.ts";
import { durationText } from "../rules/time-text.ts";
import { publicPage } from "./frame.ts";
import { landingView } from "./landing.ts";
import { markdownHtml } from "./markdown.ts";
import { pumaReference } from "./reference.ts";
import { howToUse, install, installHermes } from "./texts/guides.ts";
import { type Facts, llmsIndex, llmsText } from "./texts/llms.ts";

/** The pages that everybody may read. Their addresses and limits are those in force. */
type PublicPath = { path: string; answer(facts: Facts): Response | Promise<Response> };

export function publicPages(
  deps: PumaDeps,
  declarations: readonly OperationDeclaration[],
  wrongMethod: (context: Context, allow: string) => Response,
): Hono {
  const pages: PublicPath[] = [
    { path: "/", answer: (facts) => framed("/", "Memory for agents", landingView(facts)) },
    { path: "/docs", answer: ({ origin, limits }) => reference(declarations, limits, origin) },
    {
      path: "/how-to-use",
      answer: (facts) => article("/how-to-use", "How to use it", howToUse(facts)),
    },
    { path: "/install", answer: (facts) => article("/install", "Set it up", install(facts)) },
    {
      path: "/install/hermes",
      answer: (facts) => article("/install", "Set it up for Hermes", installHermes(facts)),
    },
    { path: "/llms.md", answer: (facts) => text(llmsText(facts), "text/markdown") },
    { path: "/llms.txt", answer: (facts) => text(llmsIndex(facts), "text/plain") },
  ];
  const app = new Hono();
  for (const { path, answer } of pages) {
    app.get(path, ({ req }) => answer(factsOf(deps, req.url)));
    app.all(path, (context) => wrongMethod(context, "GET, HEAD"));
  }
  return app;
}

function factsOf({ limits, settings }: PumaDeps, url: string): Facts {
  const linkLifetime = durationText(settings.LINK_TTL_SECONDS * secondMs);
  return { origin: publicOrigin({ settings }, url), limits, linkLifetime };
}

function reference(
  declarations: readonly OperationDeclaration[],
  limits: Facts["limits"],
  origin: string,
): Promise<Response> {
  const document = pumaDocument(declarations, limits, origin);
  return framed("/docs", "REST reference", pumaReference(document, origin));
}

function article(place: string, title: string, markdown: string): Promise<Response> {
  const main = html`<div class="article"><h1 class="title">${title}</h1><article class="prose">${markdownHtml(markdown)}</article></div>`;
  return framed(place, title, main);
}

const places = [
  { href: "/install", name: "Set-up" },
  { href: "/how-to-use", name: "How to use" },
  { href: "/docs", name: "Reference" },
  { href: "/llms.md", name: "llms.md" },
];

function framed(place: string, title: string, main: ReturnType<typeof html>): Promise<Response> {
  const links = places.map(
    ({ href, name }) =>
      html`<a href="${href}"${href === place ? html` aria-current="page"` : ""}>${name}</a>`,
  );
  return publicPage({
    title: `${title} · pumaDB`,
    bar: html`<nav aria-label="Pages">${links}</nav>`,
    main,
    foot: html`<p>pumaDB keeps data, and runs none of it.</p>`,
  });
}

function text(content: string, type: string): Response {
  return new Response(content, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "public, max-age=300",
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    },
  });
}
