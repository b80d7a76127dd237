import type { Context, Hono } from "hono";
import type { InputOf, OperationDeclaration } from "./declare.ts";

/** What a handler answers; the API's dialect adds the envelope, the request id and the limits. */
export type Reply = {
  status: 200 | 201 | 202;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
};

/** A declaration with the code that runs it for a caller. */
export type Endpoint<Caller, Extra = undefined> = {
  declaration: OperationDeclaration;
  handle(
    input: { params: unknown; query: unknown; body: unknown },
    caller: Caller,
    extra: Extra,
  ): Promise<Reply>;
};

/**
 * Ties a handler to its declaration, so that the handler's input has the declaration's types. The
 * cast holds because the API parses every part with that very declaration's schemas before the call.
 */
export function endpoint<Declaration extends OperationDeclaration, Caller, Extra>(
  declaration: Declaration,
  handle: (input: InputOf<Declaration>, caller: Caller, extra: Extra) => Promise<Reply>,
): Endpoint<Caller, Extra> {
  return { declaration, handle: handle as Endpoint<Caller, Extra>["handle"] };
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/**
 * Registers the endpoints in the given order (fixed paths before `{parameter}` ones) and answers
 * other methods on their paths through `wrongMethod`, which is given the value of `Allow`.
 */
export function mount<Each extends { declaration: OperationDeclaration }>(
  app: Hono,
  basePath: string,
  endpoints: readonly Each[],
  run: (endpoint: Each, context: Context) => Promise<Response>,
  wrongMethod: (context: Context, allow: string) => Response | Promise<Response>,
): void {
  const methodsByPath = new Map<string, string[]>();
  for (const each of endpoints) {
    const path = basePath + honoPath(each.declaration.path);
    app.on(each.declaration.method.toUpperCase(), path, (context) => run(each, context));
    const methods = methodsByPath.get(path) ?? [];
    methods.push(each.declaration.method.toUpperCase());
    methodsByPath.set(path, methods);
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].sort().join(", ");
    app.all(path, (context) => wrongMethod(context, allow));
  }
}
