import { attachmentResponse } from "../../http/attachment.ts";
import type { PumaDeps } from "../deps.ts";
import { enclosed, type JsonText } from "../rules/json-text.ts";
import { openedLink, throughLink } from "./opened-link.ts";
import { textOf } from "./pages/content.ts";
import { nothingPage } from "./pages/outcome-page.ts";
import { attachment } from "./rules/filename.ts";
import { prettyJson } from "./rules/pretty-json.ts";

/** GET of a download link: what the link shows, as a file. */
export async function downloadLink(deps: PumaDeps, token: string): Promise<Response> {
  const open = openedLink(deps, token, "download");
  if (!open.ok) return await open.response;
  const outcome = await throughLink(deps, open.grant, { kind: "download" });
  switch (outcome.kind) {
    case "row": {
      const json = `${prettyJson(JSON.parse(outcome.row.json))}\n`;
      return file(json, "application/json", outcome.target.filename);
    }
    case "text": {
      const { target, row } = outcome;
      return file(textOf(target, row), target.mediaType, target.filename);
    }
    case "rows": {
      const json = enclosed('{"rows":', outcome.rows, "}\n");
      return file(json, "application/json", outcome.target.filename);
    }
    case "ended":
    case "gone":
    case "busy":
      return await nothingPage(outcome);
    default:
      throw new Error(`A download was asked for, and the answer was ${outcome.kind}`);
  }
}

/** An attachment that cannot run, whatever is in it. */
function file(content: JsonText, mediaType: string, filename: string): Response {
  const charset = mediaType.startsWith("text/") ? "; charset=utf-8" : "";
  return attachmentResponse(content, mediaType + charset, attachment(filename));
}
