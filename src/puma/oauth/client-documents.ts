import { dayMs, secondMs } from "../../lib/clock.ts";
import { judgeUrl } from "../../lib/public-url.ts";
import { digestHex } from "../../lib/secrets.ts";
import type { PumaDeps } from "../deps.ts";
import {
  type DocumentClient,
  documentBytesMax,
  documentUrlProblem,
  readClientDocument,
} from "./rules/client-document.ts";

/**
 * Fetches clients' metadata documents, which strangers choose the address of: https to public addresses
 * alone, by name and by what it resolves to; no redirect is followed, and size and time are bounded. A
 * good document is kept for some minutes, a bad one never.
 */
const fetchTimeoutMs = 5 * secondMs;
const keptSecondsMin = 60;
const keptSecondsDefault = 300;
const keptSecondsMax = dayMs / secondMs;

export class ClientDocumentProblem extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "ClientDocumentProblem";
  }
}

/**
 * The client of a document. `admit` is called before anything is fetched. Throws a
 * ClientDocumentProblem whose message is safe to show.
 */
export async function findDocumentClient(
  deps: Pick<PumaDeps, "oauthClients" | "resolve" | "ownHosts" | "clock">,
  clientId: string,
  ownHost: string,
  admit: () => Promise<void>,
): Promise<DocumentClient> {
  const name = `document:${await digestHex(clientId)}`;
  const kept = readKept(await deps.oauthClients.get(name));
  if (kept && kept.untilMs > deps.clock()) {
    const reread = readClientDocument(clientId, kept.text);
    if (reread.ok) return reread.client;
  }
  await judge(deps, clientId, ownHost);
  await admit();
  const { text, keptSeconds } = await download(clientId);
  const read = readClientDocument(clientId, text);
  if (!read.ok)
    throw new ClientDocumentProblem(`The client's document is not right: ${read.problem}`);
  const untilMs = deps.clock() + keptSeconds * secondMs;
  const value = JSON.stringify({ untilMs, text } satisfies Kept);
  await deps.oauthClients.put(name, value, { expirationTtl: keptSeconds });
  return read.client;
}

/** A document as it was fetched, and until when it is good. */
type Kept = { untilMs: number; text: string };

/** The cast holds because only `findDocumentClient` writes these names. */
function readKept(value: string | null): Kept | null {
  return value === null ? null : (JSON.parse(value) as Kept);
}

async function judge(
  { resolve, ownHosts }: Pick<PumaDeps, "resolve" | "ownHosts">,
  clientId: string,
  ownHost: string,
): Promise<void> {
  const problem = documentUrlProblem(clientId);
  if (problem !== null) throw new ClientDocumentProblem(`The client id ${problem}`);
  const verdict = judgeUrl(clientId, { allowLoopback: false, ownHosts: [...ownHosts, ownHost] });
  if (verdict.kind === "refused")
    throw new ClientDocumentProblem(`The client id ${verdict.reason}`);
  if (verdict.kind === "allowed") return;
  const resolution = await resolve(verdict.name);
  switch (resolution.kind) {
    case "public":
      return;
    case "not_public":
      throw new ClientDocumentProblem(
        "The client id must not point to a private or reserved address",
      );
    case "no_such_name":
      throw new ClientDocumentProblem("The client id's host name does not exist");
    case "failed":
      throw new ClientDocumentProblem("The client id's host name could not be looked up");
  }
}

async function download(clientId: string): Promise<{ text: string; keptSeconds: number }> {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  try {
    const answer = await fetch(clientId, {
      headers: { accept: "application/json", "user-agent": "pumaDB (client id metadata)" },
      redirect: "manual",
      signal,
    });
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new ClientDocumentProblem(`The client's document answered ${answer.status}`);
    }
    const text = await boundedText(answer);
    return { text, keptSeconds: keptSecondsOf(answer.headers.get("cache-control") ?? "") };
  } catch (error) {
    if (error instanceof ClientDocumentProblem) throw error;
    // Whatever keeps the other server from answering, there is no document.
    throw new ClientDocumentProblem("The client's document could not be fetched");
  }
}

async function boundedText(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > documentBytesMax) {
      await reader.cancel();
      throw new ClientDocumentProblem(
        `The client's document is larger than ${documentBytesMax} bytes`,
      );
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

function keptSecondsOf(cacheControl: string): number {
  if (/\b(no-store|no-cache|private)\b/i.test(cacheControl)) return keptSecondsMin;
  const [, seconds] = /\bmax-age=(\d{1,9})\b/i.exec(cacheControl) ?? [];
  if (seconds === undefined) return keptSecondsDefault;
  return Math.min(keptSecondsMax, Math.max(keptSecondsMin, Number(seconds)));
}
