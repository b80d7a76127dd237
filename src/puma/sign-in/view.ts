import { isoTime } from "../rules/time-text.ts";

export function requestedView(link: {
  expiresAtMs: number;
  devLink: string | null;
}): Record<string, unknown> {
  return {
    ok: true,
    expires_at: isoTime(link.expiresAtMs),
    ...(link.devLink === null ? {} : { dev_magic_link: link.devLink }),
  };
}

export function verifiedView(verified: { apiKey: string; accountId: string }): {
  api_key: string;
  account_id: string;
} {
  return { api_key: verified.apiKey, account_id: verified.accountId };
}
