import { asset, assetsServer } from "../../http/assets.ts";
import { editorScript } from "./editor.ts";
import { icon } from "./icon.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** The three files that the console's pages load. */
const folder = "/console/assets/";

export const styleAsset = asset(folder, "console", "css", style);
export const scriptAsset = asset(folder, "console", "js", script + editorScript);
export const iconAsset = asset(folder, "console", "svg", icon);

/** The asset at a path; `null` when there is none of that name. */
export const assetResponse = assetsServer([styleAsset, scriptAsset, iconAsset]);
