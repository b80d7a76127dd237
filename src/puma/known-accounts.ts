import { isAccountId } from "../lib/account-id.ts";

/** Ids are forgotten together when so many are known. */
const knownIdsMax = 10_000;

/**
 * Tells whether this deployment can have issued an account id. Ids found right are remembered: the
 * keyed digest would otherwise be the dearest part of a request that only reads.
 */
export function accountIdCheck(checkSecret: string): (accountId: string) => boolean {
  const known = new Set<string>();
  return (accountId) => {
    if (known.has(accountId)) return true;
    if (!isAccountId("puma", accountId, checkSecret)) return false;
    if (known.size >= knownIdsMax) known.clear();
    known.add(accountId);
    return true;
  };
}
