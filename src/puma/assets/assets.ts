import { asset, assetsServer } from "../../http/assets.ts";
import { icon } from "./icon.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** The files that pages load. */
export const assetsPath = "/assets/";

export const styleAsset = asset(assetsPath, "puma", "css", style);
export const scriptAsset = asset(assetsPath, "puma", "js", script);
export const iconAsset = asset(assetsPath, "puma", "svg", icon);

/** The asset at a path; `null` when there is none of that name. */
export const assetResponse = assetsServer([styleAsset, scriptAsset, iconAsset]);
