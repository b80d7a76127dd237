import { parseIp } from "./ip-range.ts";

/**
 * Which URLs a server may be sent to by a stranger. Decides by the URL and by the addresses its name
 * resolves to; resolving is the caller's. Blocks after RFC 6890 and the IANA special-purpose
 * registries.
 */
type Block = readonly [network: string, prefixBits: number];

const closedV4: readonly Block[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Within 2000::/3, the only global unicast space; all else in IPv6 is closed. */
const closedV6: readonly Block[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
];

function inBlock(address: bigint, [network, prefixBits]: Block): boolean {
  const start = parseIp(network);
  const bits = network.includes(":") ? prefixBits : 96 + prefixBits;
  const shift = BigInt(128 - bits);
  return start !== null && address >> shift === start >> shift;
}

/** ISATAP (RFC 5214): the low half is 0:5efe and an IPv4 address, in whatever network. */
function isTunnelled(address: bigint): boolean {
  const interfaceHead = (address >> 32n) & 0xffff_ffffn;
  return interfaceHead === 0x5efen || interfaceHead === 0x0200_5efen;
}

/** Whether an address literal is a public one: global unicast, not translated to another. */
export function isPublicAddress(ip: string): boolean {
  const address = parseIp(ip);
  if (address === null) return false;
  const isMappedV4 = address >> 32n === 0xffffn;
  if (isMappedV4) return !ip.includes(":") && !closedV4.some((block) => inBlock(address, block));
  const isGlobalUnicast = address >> 125n === 1n;
  return (
    isGlobalUnicast && !isTunnelled(address) && !closedV6.some((block) => inBlock(address, block))
  );
}

export type UrlRules = {
  /** Plain http to this machine is let through, for development. */
  allowLoopback: boolean;
  /** Host names of this deployment. */
  ownHosts: readonly string[];
};

export type UrlVerdict =
  /** The address is in the URL, and public, or loopback that is allowed. */
  | { kind: "allowed" }
  /** Allowed if everything the name resolves to is public. */
  | { kind: "resolve"; name: string }
  | { kind: "refused"; reason: string };

const closedNames =
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|test|invalid|onion|arpa)$/;

/** Whether a name, in lower case and without a final dot, never leads to a stranger's server. */
export function isClosedName(name: string, ownHosts: readonly string[]): boolean {
  if (!name.includes(".") || closedNames.test(name)) return true;
  return ownHosts.some((own) => name === own || name.endsWith(`.${own}`));
}

const loopbackHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);
export const urlLengthMax = 2_048;

function refused(reason: string): UrlVerdict {
  return { kind: "refused", reason };
}

/**
 * Judges a URL as text. The platform's parser turns every notation of an IPv4 address (octal, hex,
 * decimal, short forms, full-width digits) into dotted decimals first, so there is one form to judge.
 */
export function judgeUrl(text: string, rules: UrlRules): UrlVerdict {
  if (text.length > urlLengthMax) return refused(`is longer than ${urlLengthMax} characters`);
  // The platform's parser would drop or change these; what is kept and shown is what was sent.
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text))
    return refused("must not contain spaces or control characters");
  if (!URL.canParse(text)) return refused("is not a URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return refused("must not contain user:password");
  const host = url.hostname.toLowerCase();
  if (url.protocol === "http:" && rules.allowLoopback && loopbackHosts.has(host)) {
    return { kind: "allowed" };
  }
  if (url.protocol !== "https:") return refused("must begin with https://");
  const address = host.startsWith("[") ? host.slice(1, -1) : host;
  if (address !== host || parseIp(host) !== null) {
    return isPublicAddress(address)
      ? { kind: "allowed" }
      : refused("must not point to a private or reserved address");
  }
  const name = host.replace(/\.+$/, "");
  if (name !== host) return refused("must not end its host name with a dot");
  if (!name.includes(".")) return refused("must have a full host name");
  if (isClosedName(name, [])) return refused("must not point to a private host name");
  if (isClosedName(name, rules.ownHosts)) return refused("must not point back to this service");
  return { kind: "resolve", name };
}
