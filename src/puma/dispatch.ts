import type { OperationDeclaration } from "../http/declare.ts";

/**
 * Finds the endpoint of a path by its segments. Paths that share their shape (`/v1/_keys/{id}`,
 * `/v1/{table}/count`) keep hono from its fast router, and its slow one takes a sixth of a request
 * that reads one row; this takes a thousandth.
 */
export type Found<Each> =
  | { kind: "endpoint"; endpoint: Each; params: Record<string, string> }
  | { kind: "wrong_method"; allow: string }
  | { kind: "unknown" };

type Path<Each> = { segments: readonly string[]; byMethod: Map<string, Each>; allow: string };

/**
 * Indexes endpoints. Of paths that fit, the one listed first is taken, so fixed ones come before those
 * with `{parameters}`.
 */
export function dispatcher<Each extends { declaration: OperationDeclaration }>(
  endpoints: readonly Each[],
): (method: string, pathname: string) => Found<Each> {
  const paths = [...groupByPath(endpoints)].map(([path, byMethod]) => ({
    segments: path.split("/"),
    byMethod,
    allow: allowOf([...byMethod.keys()]),
  }));
  return (method, pathname) => {
    const segments = pathname.split("/");
    const path = paths.find((each) => fits(each, segments));
    if (!path) return { kind: "unknown" };
    const endpoint = path.byMethod.get(method === "HEAD" ? "GET" : method);
    if (!endpoint) return { kind: "wrong_method", allow: path.allow };
    return { kind: "endpoint", endpoint, params: parametersOf(path, segments) };
  };
}

function groupByPath<Each extends { declaration: OperationDeclaration }>(
  endpoints: readonly Each[],
): Map<string, Map<string, Each>> {
  const byPath = new Map<string, Map<string, Each>>();
  for (const endpoint of endpoints) {
    const { path, method } = endpoint.declaration;
    const byMethod = byPath.get(path) ?? new Map<string, Each>();
    byMethod.set(method.toUpperCase(), endpoint);
    byPath.set(path, byMethod);
  }
  return byPath;
}

function allowOf(methods: readonly string[]): string {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].sort().join(", ");
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function fits<Each>(path: Path<Each>, segments: readonly string[]): boolean {
  if (path.segments.length !== segments.length) return false;
  return path.segments.every((own, at) =>
    isParameter(own) ? segments[at] !== "" : own === segments[at],
  );
}

function parametersOf<Each>(path: Path<Each>, segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [at, own] of path.segments.entries()) {
    if (isParameter(own)) params[own.slice(1, -1)] = decoded(segments[at] ?? "");
  }
  return params;
}

/** A segment without its percent signs; as it is when they are no UTF-8. */
function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/** The path of a URL, not decoded. */
export function pathnameOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}
