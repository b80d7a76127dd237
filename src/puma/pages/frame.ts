import { html } from "hono/html";
import { type Allowances, privatePageHeaders, publicPageHeaders } from "../../http/page-headers.ts";
import { iconAsset, scriptAsset, styleAsset } from "../assets/assets.ts";

/**
 * The frame of every page. Whatever is put into it with `html` is escaped. A page for the public may be
 * cached; one behind a link is nobody else's: not stored, not indexed, not framed, telling nobody
 * where it stands. No page loads anything but our own three files.
 */
export type Html = ReturnType<typeof html>;

export type Page = {
  status?: number;
  title: string;
  /** What stands in the bar beside the name. */
  bar?: Html | string;
  main: Html;
  foot?: Html | string;
  wide?: boolean;
};

/** A page behind a link. */
export function privatePage(page: Page, allowed: Allowances = {}): Promise<Response> {
  const nonce = crypto.randomUUID();
  return framed(page, nonce, privatePageHeaders(nonce, allowed));
}

/** A page for everybody. */
export function publicPage(page: Page): Promise<Response> {
  return framed(page, null, publicPageHeaders());
}

async function framed(
  { status = 200, title, bar = "", main, foot = "", wide = false }: Page,
  nonce: string | null,
  headers: Record<string, string>,
): Promise<Response> {
  const allowed = nonce === null ? "" : html` nonce="${nonce}"`;
  const robots = nonce === null ? "" : html`<meta name="robots" content="noindex">`;
  const document = await html`<!doctype html>
<html lang="en"${wide ? html` class="wide"` : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${robots}
<title>${title}</title>
<link rel="icon" href="${iconAsset.path}" type="image/svg+xml">
<link rel="stylesheet" href="${styleAsset.path}"${allowed}>
<script src="${scriptAsset.path}" defer${allowed}></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar"><a class="brand" href="/"><img src="${iconAsset.path}" alt="" width="26" height="26">pumaDB</a>${bar}</header>
<main id="main">${main}</main>
<footer class="foot">${foot}</footer>
</body>
</html>
`;
  return new Response(String(document), { status, headers });
}
