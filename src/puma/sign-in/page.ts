import { html } from "hono/html";

/**
 * The pages behind a mailed link. Opening the link shows a button and uses nothing up, so that a mail
 * scanner's GET does no harm; pressing it shows the key, once. No script, nothing from elsewhere.
 */
type Html = ReturnType<typeof html>;

/** The page with the button; its form posts to the address it stands at. */
export function readyPage(): Promise<Response> {
  return page(
    200,
    "Sign in to pumaDB",
    html`<p>Press the button to make a new API key for your account. It is shown once.</p>
      <form method="post"><button type="submit">Show my API key</button></form>
      <p class="quiet">The link works once. If you did not ask for it, close this page.</p>`,
  );
}

export function keyPage(verified: { apiKey: string; accountId: string }): Promise<Response> {
  return page(
    200,
    "Your API key",
    html`<p id="about">Copy the key now: it is not shown again. It opens the whole account, so keep it
        on servers you trust.</p>
      <p><code class="key" aria-describedby="about" tabindex="0">${verified.apiKey}</code></p>
      <p class="quiet">Account <code>${verified.accountId}</code>. Send the key as
        <code>Authorization: Bearer …</code></p>`,
  );
}

export function endedPage(): Promise<Response> {
  return page(
    410,
    "This link has ended",
    html`<p>It was used before, is too old or is incomplete. Ask for a new link and open the newest
        mail.</p>`,
  );
}

const style = `
  :root { color-scheme: light dark; --ink: #1c1917; --paper: #fafaf9; --line: #a8a29e; --go: #1d4ed8; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #f5f5f4; --paper: #1c1917; --line: #78716c; --go: #93c5fd; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 1.25rem; font: 1.0625rem/1.5 system-ui, sans-serif;
    color: var(--ink); background: var(--paper); }
  main { max-width: 36rem; margin: 8vh auto 0; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  button { font: inherit; font-weight: 600; padding: .75rem 1.25rem; border-radius: .5rem;
    border: 2px solid var(--go); background: var(--go); color: var(--paper); cursor: pointer; }
  :focus-visible { outline: 3px solid var(--go); outline-offset: 3px; }
  code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
  .key { display: block; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem;
    user-select: all; }
  .quiet { font-size: .9375rem; }
`;

async function page(status: number, title: string, content: Html): Promise<Response> {
  const nonce = crypto.randomUUID();
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${title}</title>
        <style nonce="${nonce}">${style}</style>
      </head>
      <body><main><h1>${title}</h1>${content}</main></body>
    </html>`;
  return new Response(String(document), { status, headers: pageHeaders(nonce) });
}

function pageHeaders(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
  };
}
