/** Headers of pages for people: nothing from elsewhere, not framed, telling nobody where they stand. */
const common = {
  "content-type": "text/html; charset=utf-8",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Of a page for everybody, which may be cached: our own files alone. */
export function publicPageHeaders(): Record<string, string> {
  return {
    ...common,
    "content-security-policy": policy("'self'"),
    "cache-control": "public, max-age=300",
  };
}

/** What a page for one person allows beyond the others. */
export type Allowances = {
  /** Its script may ask us again. */
  connect?: boolean;
  /** One more place that the answers to its forms may lead to, as a policy names it. */
  formAction?: string;
  /** It is of a flow that another site began in this window, and whose end that site waits for. */
  opener?: boolean;
};

/** Of a page for one person: what carries the nonce, and nothing else. */
export function privatePageHeaders(
  nonce: string,
  { connect = false, formAction, opener = false }: Allowances = {},
): Record<string, string> {
  const more = connect ? ["connect-src 'self'"] : [];
  return {
    ...common,
    ...(opener ? { "cross-origin-opener-policy": "unsafe-none" } : {}),
    "content-security-policy": policy(`'nonce-${nonce}'`, more, formAction),
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow, noarchive",
  };
}

function policy(ours: string, more: readonly string[] = [], formAction?: string): string {
  return [
    "default-src 'none'",
    `script-src ${ours}`,
    `style-src ${ours}`,
    "img-src 'self'",
    formAction ? `form-action 'self' ${formAction}` : "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ...more,
  ].join("; ");
}
