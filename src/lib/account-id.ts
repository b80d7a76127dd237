import { createHmac } from "node:crypto";
import { randomId } from "./ids.ts";
import { equalSecrets } from "./secrets.ts";

/**
 * Account ids route a key to its Durable Object. The last characters are a keyed digest of the
 * first, so a made-up id is refused before any object wakes or writes.
 */
const randomLength = 12;
const digestLength = 6;
const shape = /^[2-9a-km-np-z]{12}[0-9a-f]{6}$/;

function digest(product: string, random: string, checkSecret: string): string {
  return createHmac("sha256", checkSecret)
    .update(`${product}:account:${random}`)
    .digest("hex")
    .slice(0, digestLength);
}

/** A new account id of 18 characters for a product (`polykomos` or `puma`). */
export function newAccountId(product: string, checkSecret: string): string {
  const random = randomId(randomLength);
  return random + digest(product, random, checkSecret);
}

/** Whether this deployment can have issued the id for that product. */
export function isAccountId(product: string, id: string, checkSecret: string): boolean {
  if (!shape.test(id)) return false;
  const random = id.slice(0, randomLength);
  return equalSecrets(id.slice(randomLength), digest(product, random, checkSecret));
}

/** Ids are forgotten together when so many are known. */
const knownIdsMax = 10_000;

/**
 * Tells whether this deployment can have issued an account id. Ids found right are remembered: the
 * keyed digest would otherwise be the dearest part of a request that only reads.
 */
export function accountIdCheck(
  product: string,
  checkSecret: string,
): (accountId: string) => boolean {
  const known = new Set<string>();
  return (accountId) => {
    if (known.has(accountId)) return true;
    if (!isAccountId(product, accountId, checkSecret)) return false;
    if (known.size >= knownIdsMax) known.clear();
    known.add(accountId);
    return true;
  };
}
