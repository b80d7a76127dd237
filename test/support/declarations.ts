import { adminBasePath } from "../../src/admin/api.ts";
import { adminEndpoints } from "../../src/admin/routes.ts";
import type { OperationDeclaration } from "../../src/http/declare.ts";
import { polykomosEndpoints } from "../../src/polykomos/api.ts";
import { basePath } from "../../src/polykomos/document.ts";

/** Every declared operation of Polykomos and of the operator's API, from the lists they run on. */
export type Declared = { api: "polykomos" | "admin"; path: string } & Omit<
  OperationDeclaration,
  "path"
>;

// The endpoints are listed, never called, so what they would call need not exist.
const noDeps = {} as never;

function under(api: Declared["api"], base: string, declaration: OperationDeclaration): Declared {
  return { ...declaration, api, path: base + declaration.path };
}

export const polykomosDeclarations: readonly OperationDeclaration[] = polykomosEndpoints(
  noDeps,
).map((endpoint) => endpoint.declaration);

export const declared: readonly Declared[] = [
  ...polykomosDeclarations.map((each) => under("polykomos", basePath, each)),
  ...adminEndpoints(noDeps).map(({ declaration }) => under("admin", adminBasePath, declaration)),
];

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

const patterns = declared.map((each) => ({ each, pattern: patternOf(each.path) }));

/** The declaration that a request meets. A fixed path comes before one with a parameter. */
export function declarationOf(method: string, path: string): Declared | null {
  const wanted = method === "HEAD" ? "get" : method.toLowerCase();
  const found = patterns.find(({ each, pattern }) => each.method === wanted && pattern.test(path));
  return found?.each ?? null;
}

/** A path of an operation with every `{parameter}` filled in. */
export function pathOf({ path }: Declared, parameters: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? "1");
}
