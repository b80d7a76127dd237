import { html } from "hono/html";
import type { OperationDeclaration } from "../http/declare.ts";
import { type Entry, referenceView } from "../http/reference.ts";
import { basePath, polykomosDocument } from "../polykomos/document.ts";
import { callOf } from "./calls.ts";
import { meaningOfCode } from "./errors.ts";
import { languages, sampleOf } from "./samples.ts";

/** Polykomos's reference for people: each operation with a sample in every language. */
export function polykomosReference(declarations: readonly OperationDeclaration[], origin: string) {
  const byId = new Map(declarations.map((each) => [each.operationId, each]));
  return referenceView(polykomosDocument(declarations), {
    title: "Polykomos API reference",
    lead: html`Send JSON, with your key as <code>Authorization: Bearer pk_live_…</code>. The samples read it from <code>POLYKOMOS_KEY</code>, and ids from the environment.`,
    documentPath: "/api/openapi-v1.json",
    sample: (_, { operation }: Entry) => {
      const declaration = byId.get(operation.operationId);
      return declaration ? samplesView(declaration, origin) : html``;
    },
    errors: Object.entries(meaningOfCode),
    errorForm: '{"error":{"code","message","details"},"request_id"}',
  });
}

function samplesView(declaration: OperationDeclaration, origin: string) {
  const call = callOf(basePath, declaration);
  const panels = languages.map((language) => {
    const id = `${declaration.operationId}-${language.toLowerCase()}`;
    return html`<div class="sample" id="${id}" data-language="${language}"><h5>${language}</h5><pre tabindex="0"><code id="${id}-code">${sampleOf(language, origin, call)}</code></pre><button type="button" data-copy="${id}-code" aria-label="Copy the ${language} sample" hidden>Copy</button></div>`;
  });
  return html`<div class="samples" data-samples>${panels}</div>`;
}
