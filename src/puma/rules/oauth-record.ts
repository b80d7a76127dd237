/**
 * What the authorization server keeps in an account's object: grants (with the hash of the refresh
 * token) and access tokens, by the names `grant:<grant id>` and `token:<grant id>:<hash>`. A record's
 * version lets a writer say which one it read.
 */
export type OauthRecordRequest =
  | { kind: "read"; name: string }
  | {
      kind: "write";
      name: string;
      value: string;
      /** JSON that listing gives back. */
      metadata: string | null;
      expiresAtMs: number | null;
      /** The version that was read; 0 when there was none, `null` when it was not read. */
      expected: number | null;
    }
  | { kind: "delete"; name: string }
  | { kind: "list"; prefix: string };

export type OauthRecord = { value: string; version: number };
export type ListedRecord = { name: string; metadata: string | null };

export type OauthRecordAnswer =
  | { kind: "record"; record: OauthRecord | null }
  /** `conflict`: somebody else wrote in between, or the token's grant is gone. */
  | { kind: "written" | "conflict" | "deleted" }
  | { kind: "list"; records: ListedRecord[] };

/** The grant that a record belongs to. */
export function grantIdOf(name: string): string {
  return name.split(":")[1] ?? "";
}
