import { createHash } from "node:crypto";

/** A file that pages load, under a name that changes with its content, so it may be kept for good. */
export type Asset = { path: string; content: string; type: string };

/** `folder` begins and ends with a slash. */
export function asset(
  folder: string,
  name: string,
  ending: keyof typeof typeOf,
  content: string,
): Asset {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return { path: `${folder}${name}-${digest}.${ending}`, content, type: typeOf[ending] };
}

const typeOf = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

/** Answers the path of one of the assets; `null` for any other. */
export function assetsServer(assets: readonly Asset[]): (path: string) => Response | null {
  const byPath = new Map(assets.map((each) => [each.path, each]));
  return (path) => {
    const found = byPath.get(path);
    if (!found) return null;
    return new Response(found.content, {
      headers: {
        "content-type": found.type,
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cross-origin-resource-policy": "same-origin",
      },
    });
  };
}
