/** Random identifiers. One alphabet: digits and lower case without the look-alikes 0, 1, l, o. */
const alphabet = "23456789abcdefghijkmnpqrstuvwxyz";

/** `length` random characters, 5 bits each, from the operating system's generator. */
export function randomId(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  let text = "";
  for (const byte of bytes) text += alphabet[byte & 31];
  return text;
}

/** `req_` and 16 characters: the value of `request_id` and `X-Request-Id`. */
export function newRequestId(): string {
  return `req_${randomId(16)}`;
}

export function newUuid(): string {
  return crypto.randomUUID();
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
