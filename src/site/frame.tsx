import type { HtmlContent } from "../console/html.ts";
import { publicPageHeaders } from "../http/page-headers.ts";
import { iconAsset, scriptAsset, styleAsset } from "./assets.ts";

/** The frame of Polykomos's public pages: three files of ours, and nothing else. */
export type Page = { place: string; title: string; main: HtmlContent };

const places = [
  { href: "/api", name: "Reference" },
  { href: "/guides/traditional", name: "For applications" },
  { href: "/guides/agents", name: "For agents" },
  { href: "/console", name: "Console" },
];

export async function publicPage({ place, title, main }: Page): Promise<Response> {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Polykomos`}</title>
        <link rel="icon" href={iconAsset.path} type="image/svg+xml" />
        <link rel="stylesheet" href={styleAsset.path} />
        <script src={scriptAsset.path} defer />
      </head>
      <body class="site">
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <a class="brand" href="/polykomos">
            <img src={iconAsset.path} alt="" width="28" height="28" />
            Polykomos
          </a>
          <nav aria-label="Pages">
            {places.map(({ href, name }) => (
              <a href={href} aria-current={href === place ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
        </header>
        <main id="main">{main}</main>
        <footer>
          <p>
            Real databases over HTTP. For an agent's memory there is <a href="/">pumaDB</a>.
          </p>
        </footer>
      </body>
    </html>
  );
  return new Response(`<!doctype html>${await document.toString()}`, {
    headers: publicPageHeaders(),
  });
}
