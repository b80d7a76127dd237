import type { JsonObject, JsonValue } from "../../rows/rules/json-value.ts";
import { isJsonObject } from "../../rows/rules/json-value.ts";

/**
 * Recognises the calls that need none of the package: `tools/call` of either revision in its plainest
 * valid form. It must say no to everything that the package would refuse, and may say no to anything:
 * what is not recognised here, the package serves.
 */
export type HotCall = {
  id: string | number;
  name: string;
  arguments: JsonObject | undefined;
  revision: "2026-07-28" | "2025";
};

type HeaderReader = { get(name: string): string | null };

const modernRevision = "2026-07-28";
const legacyRevisions = new Set([
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
]);

const versionKey = "io.modelcontextprotocol/protocolVersion";
const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
const clientInfoKey = "io.modelcontextprotocol/clientInfo";
const progressKey = "progressToken";

const jsonTypes = new Set(["application/json", "application/json; charset=utf-8"]);

const messageKeys = new Set(["jsonrpc", "id", "method", "params"]);
const paramKeys = new Set(["name", "arguments", "_meta"]);
const modernMetaKeys = new Set([versionKey, capabilitiesKey, clientInfoKey, progressKey]);
const legacyMetaKeys = new Set([progressKey]);
const clientInfoKeys = new Set(["name", "version", "title", "description"]);
const capabilityKeys = new Set(["roots", "sampling", "elicitation", "experimental", "extensions"]);

/** The call, or `null` when it is anything but plain. */
export function hotCallIn(body: unknown, headers: HeaderReader): HotCall | null {
  if (!isPlain(body, messageKeys) || body.jsonrpc !== "2.0" || body.method !== "tools/call") {
    return null;
  }
  const { id, params } = body;
  if (!isToken(id) || !isPlain(params, paramKeys)) return null;
  const { name, arguments: given, _meta: meta } = params;
  if (typeof name !== "string" || !(given === undefined || isJsonObject(given))) return null;
  if (!jsonTypes.has(headers.get("content-type")?.toLowerCase() ?? "")) return null;
  if (isModern(meta, name, headers)) {
    return { id, name, arguments: given, revision: modernRevision };
  }
  return isLegacy(meta, headers) ? { id, name, arguments: given, revision: "2025" } : null;
}

function isModern(meta: JsonValue | undefined, name: string, headers: HeaderReader): boolean {
  return (
    isPlain(meta, modernMetaKeys) &&
    meta[versionKey] === modernRevision &&
    isCapabilities(meta[capabilitiesKey]) &&
    (meta[clientInfoKey] === undefined || isClientInfo(meta[clientInfoKey])) &&
    (meta[progressKey] === undefined || isToken(meta[progressKey])) &&
    headers.get("mcp-protocol-version") === modernRevision &&
    headers.get("mcp-method") === "tools/call" &&
    headers.get("mcp-name") === name
  );
}

function isLegacy(meta: JsonValue | undefined, headers: HeaderReader): boolean {
  if (meta !== undefined && !isPlain(meta, legacyMetaKeys)) return false;
  if (meta?.[progressKey] !== undefined && !isToken(meta[progressKey])) return false;
  const version = headers.get("mcp-protocol-version");
  if (version !== null && !legacyRevisions.has(version)) return false;
  const accept = headers.get("accept") ?? "";
  return accept.includes("application/json") && accept.includes("text/event-stream");
}

/** An object with no other fields than these. */
function isPlain(value: unknown, keys: ReadonlySet<string>): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).every((key) => keys.has(key));
}

/** An id of a request or of progress. */
function isToken(value: JsonValue | undefined): value is string | number {
  return typeof value === "string" || Number.isSafeInteger(value);
}

function isClientInfo(value: JsonValue | undefined): boolean {
  return (
    isPlain(value, clientInfoKeys) &&
    typeof value.name === "string" &&
    typeof value.version === "string" &&
    Object.values(value).every((each) => typeof each === "string")
  );
}

/** Capabilities that say no more than their names, such as `{"elicitation":{"form":{}}}`. */
function isCapabilities(value: JsonValue | undefined): boolean {
  return isPlain(value, capabilityKeys) && Object.values(value).every(isBareCapability);
}

function isBareCapability(value: JsonValue): boolean {
  return isJsonObject(value) && Object.values(value).every(isEmptyObject);
}

function isEmptyObject(value: JsonValue): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}
