import { isClosedName, isPublicAddress } from "./public-url.ts";

/** Resolves names by DNS over HTTPS, because a Worker cannot see what address `fetch` will choose. */
export type Resolution =
  | { kind: "public" }
  | { kind: "not_public" }
  | { kind: "no_such_name" }
  | { kind: "failed" };

export type Resolve = (name: string) => Promise<Resolution>;

const resolveTimeoutMs = 3_000;
/** Far above any answer about one name. */
const answerBytesMax = 64 * 1_024;
const noError = 0;
const noSuchName = 3;
const typeA = 1;
const typeCname = 5;
const typeAaaa = 28;

type DnsAnswer = { Status?: number; Answer?: { type?: number; data?: string }[] };

async function query(url: string, name: string, type: "A" | "AAAA"): Promise<DnsAnswer> {
  const address = new URL(url);
  address.searchParams.set("name", name);
  address.searchParams.set("type", type);
  const answer = await fetch(address, {
    headers: { accept: "application/dns-json" },
    signal: AbortSignal.timeout(resolveTimeoutMs),
  });
  if (!answer.ok) throw new Error(`The resolver answered ${answer.status}`);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Counted as it comes, for an answer need not tell its length.
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength;
    if (bytes > answerBytesMax) throw new Error("The resolver's answer is too long");
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

function dataOf(answers: readonly DnsAnswer[], ...types: number[]): string[] {
  return answers.flatMap(({ Answer: records = [] }) =>
    records
      .filter(({ type }) => type !== undefined && types.includes(type))
      .map(({ data }) => data ?? ""),
  );
}

/**
 * What a name leads to, from the answers for A and AAAA: public when both are known, and every
 * address and every name on the way is.
 */
export function judgeAnswers(
  answers: readonly DnsAnswer[],
  ownHosts: readonly string[],
): Resolution {
  const isAnswered = answers.every(({ Status }) => Status === noError || Status === noSuchName);
  if (!isAnswered) return { kind: "failed" };
  const aliases = dataOf(answers, typeCname).map((name) => name.toLowerCase().replace(/\.$/, ""));
  if (aliases.some((name) => isClosedName(name, ownHosts))) return { kind: "not_public" };
  const addresses = dataOf(answers, typeA, typeAaaa);
  if (addresses.length === 0) return { kind: "no_such_name" };
  return { kind: addresses.every(isPublicAddress) ? "public" : "not_public" };
}

/** A resolver for `url`, the address of a DNS-over-HTTPS service with a JSON answer. */
export function dnsOverHttps(url: string, ownHosts: readonly string[]): Resolve {
  return async (name) => {
    try {
      const answers = await Promise.all([query(url, name, "A"), query(url, name, "AAAA")]);
      return judgeAnswers(answers, ownHosts);
    } catch {
      // Whatever keeps the resolver from answering, nothing is known of the name.
      return { kind: "failed" };
    }
  };
}
