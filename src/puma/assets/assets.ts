import { createHash } from "node:crypto";
import { icon } from "./icon.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** The files that pages load, under names that change with their content, so they may be kept for good. */
type Asset = { path: string; content: string; type: string };

export const assetsPath = "/assets/";

function asset(name: string, ending: string, type: string, content: string): Asset {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return { path: `${assetsPath}${name}-${digest}.${ending}`, content, type };
}

export const styleAsset = asset("puma", "css", "text/css; charset=utf-8", style);
export const scriptAsset = asset("puma", "js", "text/javascript; charset=utf-8", script);
export const iconAsset = asset("puma", "svg", "image/svg+xml", icon);

const byPath = new Map([styleAsset, scriptAsset, iconAsset].map((each) => [each.path, each]));

/** The asset at a path; `null` when there is none of that name. */
export function assetResponse(path: string): Response | null {
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
}
