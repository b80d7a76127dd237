/**
 * Addresses and CIDR ranges, IPv4 and IPv6, as one 128-bit number and a prefix length. IPv4 lives
 * at ::ffff:0:0/96, so a client that arrives as an IPv4-mapped IPv6 address matches its IPv4 range.
 */
export type IpRange = { address: bigint; prefixBits: number };

const mappedPrefix = 0xffffn << 32n;

function parseV4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    // Leading zeros are refused: some readers take them for octal.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** Groups of four hexadecimal digits; the address's last two may be written as IPv4. */
function parseGroups(text: string, isEnd: boolean): bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (isEnd && index === parts.length - 1 && part.includes(".")) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      groups.push(v4 >> 16n, v4 & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      return null;
    }
  }
  return groups;
}

function parseV6(text: string): bigint | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (!head || !tail) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const zeros: bigint[] = new Array(missing).fill(0n);
  return [...head, ...zeros, ...tail].reduce((value, group) => (value << 16n) | group, 0n);
}

/** The 128-bit number of an IPv4 or IPv6 address, or `null`. */
export function parseIp(text: string): bigint | null {
  if (text.includes(":")) return parseV6(text);
  const v4 = parseV4(text);
  return v4 === null ? null : mappedPrefix | v4;
}

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1` or `2001:db8::/32`; `null` when malformed. */
export function parseIpRange(text: string): IpRange | null {
  const [addressText = "", prefixText, ...rest] = text.split("/");
  const address = parseIp(addressText);
  if (address === null || rest.length > 0) return null;
  if (prefixText === undefined) return { address, prefixBits: 128 };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText)) return null;
  const isV4 = !addressText.includes(":");
  const bits = Number(prefixText);
  if (bits > (isV4 ? 32 : 128)) return null;
  return { address, prefixBits: isV4 ? 96 + bits : bits };
}

/** Whether the address lies in one of the ranges. An unreadable address lies in none. */
export function ipInRanges(ip: string, ranges: readonly string[]): boolean {
  const address = parseIp(ip);
  if (address === null) return false;
  return ranges.some((text) => {
    const range = parseIpRange(text);
    if (!range) return false;
    const shift = BigInt(128 - range.prefixBits);
    return address >> shift === range.address >> shift;
  });
}
