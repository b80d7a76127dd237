import { icon } from "../console/assets/icon.ts";
import { style } from "../console/assets/style.ts";
import { asset, assetsServer } from "../http/assets.ts";
import { script } from "./script.ts";
import { pageStyle } from "./style.ts";

/** The files of Polykomos's public pages: the console's look, and what reading needs beside it. */
const folder = "/guides/assets/";

export const styleAsset = asset(folder, "polykomos", "css", style + pageStyle);
export const scriptAsset = asset(folder, "polykomos", "js", script);
export const iconAsset = asset(folder, "polykomos", "svg", icon);

/** The asset at a path; `null` when there is none of that name. */
export const assetResponse = assetsServer([styleAsset, scriptAsset, iconAsset]);
