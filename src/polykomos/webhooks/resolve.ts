import { isPublicAddress } from "../../lib/public-url.ts";

/** Resolves names by DNS over HTTPS, because a Worker cannot see what address `fetch` will choose. */
export type Resolution =
  | { kind: "public" }
  | { kind: "not_public" }
  | { kind: "no_such_name" }
  | { kind: "failed" };

export type Resolve = (name: string) => Promise<Resolution>;

const resolveTimeoutMs = 3_000;
const noError = 0;
const noSuchName = 3;
const typeA = 1;
const typeAaaa = 28;

type DnsAnswer = { Status?: number; Answer?: { type?: number; data?: string }[] };

async function query(url: string, name: string, type: "A" | "AAAA"): Promise<DnsAnswer> {
  const answer = await fetch(`${url}?name=${encodeURIComponent(name)}&type=${type}`, {
    headers: { accept: "application/dns-json" },
    signal: AbortSignal.timeout(resolveTimeoutMs),
  });
  if (!answer.ok) throw new Error(`The resolver answered ${answer.status}`);
  return await answer.json<DnsAnswer>();
}

function addressesOf({ Answer: answer = [] }: DnsAnswer): string[] {
  return answer
    .filter((record) => record.type === typeA || record.type === typeAaaa)
    .map((record) => record.data ?? "");
}

/** A resolver for `url`, the address of a DNS-over-HTTPS service with a JSON answer. */
export function dnsOverHttps(url: string): Resolve {
  return async (name) => {
    try {
      const answers = await Promise.all([query(url, name, "A"), query(url, name, "AAAA")]);
      const addresses = answers.flatMap(addressesOf);
      if (addresses.length > 0) {
        return { kind: addresses.every(isPublicAddress) ? "public" : "not_public" };
      }
      const isAnswered = answers.every(({ Status }) => Status === noError || Status === noSuchName);
      return { kind: isAnswered ? "no_such_name" : "failed" };
    } catch {
      // Whatever keeps the resolver from answering, nothing is known of the name.
      return { kind: "failed" };
    }
  };
}
