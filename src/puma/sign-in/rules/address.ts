import * as z from "zod";
import { parseIp } from "../../../lib/ip-range.ts";

/**
 * The one form of an e-mail address: without white space around it, in lower case. Only ASCII is
 * taken, so no two addresses that look alike become one; and the mail always goes to this form, so
 * whoever signs in reads that very mailbox. `null` when it is not an address.
 */
export function addressFrom(text: string): string | null {
  const address = text.trim().toLowerCase();
  return address.length <= 254 && emailSchema.safeParse(address).success ? address : null;
}

const emailSchema = z.email();

/** Whom requests for links are counted for: an IPv4 address, or the /64 that an IPv6 client has. */
export function clientNetwork(ip: string): string {
  const address = parseIp(ip);
  if (address === null) return "unknown";
  const isV4 = address >> 32n === 0xffffn;
  return isV4 ? `v4:${address & 0xffffffffn}` : `v6:${address >> 64n}`;
}
