import { html } from "hono/html";
import type { Html } from "../../pages/frame.ts";
import type { LinkedRow, RowTarget, TextTarget } from "../../rules/link.ts";
import type { VersionRecord } from "../../rules/operation.ts";
import { diffView } from "../text-diff.ts";
import { editableText } from "./editor.ts";
import { timeView } from "./frame.ts";

/** What a row, or one text of it, was before; each with what changed since, and a way back. */
export function historyContent(
  target: RowTarget | TextTarget,
  row: LinkedRow,
  versions: readonly VersionRecord[],
  chosen: number | null,
): Html {
  if (versions.length === 0) {
    return html`<div class="card"><div class="sheet empty">Nothing was changed yet, so there is no earlier version.</div></div>`;
  }
  const items = versions.map((each) => {
    const isChosen = each.version === chosen;
    return html`<li><span>Version ${each.version}</span><span class="when">replaced ${timeView(each.archivedAtMs)}</span><a href="?tab=history&amp;version=${each.version}#version"${isChosen ? html` aria-current="true"` : ""}>Compare<span class="hidden"> version ${each.version} with what is stored now</span></a></li>`;
  });
  const version = versions.find((each) => each.version === chosen);
  return html`<div class="card"><ol class="versions">${items}</ol></div>${version ? comparison(target, row, version) : ""}`;
}

function comparison(target: RowTarget | TextTarget, row: LinkedRow, version: VersionRecord): Html {
  const before = editableText(target, { version: version.version, json: version.row });
  const after = editableText(target, row);
  return html`<section id="version"><h2>From version ${version.version} to what is stored now</h2>
${diffView(before, after)}
<form method="post" class="actions"><input type="hidden" name="action" value="restore"><input type="hidden" name="base" value="${row.version}"><input type="hidden" name="version" value="${version.version}"><button>Restore version ${version.version}</button><span class="hint">What is stored now is kept in the history.</span></form>
<details><summary>Version ${version.version} in full</summary><div class="card"><pre tabindex="0" class="wrap">${before}</pre></div></details></section>`;
}
