import { Badge } from "../parts/page.tsx";
import { counted, shortened } from "../parts/text.ts";
import { Tokens } from "./code.tsx";
import type { Checked, Found } from "./findings.ts";
import { highlightLines, type Token } from "./highlight.ts";
import { enginesText } from "./parts.tsx";

const findingsShownMax = 50;
const tokenCharactersMax = 300;

/**
 * What the check found, each with its code beside its line. The browser reads `data-line` from here
 * and writes the codes into the editor too.
 */
export function Findings({ checked, sql }: { checked: Checked | null; sql: string }) {
  const found = checked?.found ?? [];
  const lines = found.some(({ line }) => line !== null) ? highlightLines(sql) : [];
  return (
    <div class="findings">
      <div id="findings-said" role="status">
        <Summary checked={checked} />
      </div>
      <div id="findings">
        {found.length > 0 ? (
          <ul>
            {found.slice(0, findingsShownMax).map((each) => (
              <Finding found={each} line={lines[(each.line ?? 0) - 1]} />
            ))}
          </ul>
        ) : null}
        {found.length > findingsShownMax ? (
          <p class="hint">And {found.length - findingsShownMax} more.</p>
        ) : null}
      </div>
    </div>
  );
}

function Summary({ checked }: { checked: Checked | null }) {
  if (checked === null) {
    return <p class="hint">Not checked yet. What the check finds will stand here.</p>;
  }
  if (checked.problem) return <p class="problem">{checked.problem.message}</p>;
  const errors = checked.found.filter(({ kind }) => kind === "error").length;
  const warnings = checked.found.length - errors;
  const also = warnings === 0 ? "" : `, ${counted(warnings, "warning")}`;
  if (errors > 0) {
    return (
      <p>
        <Badge kind="bad">{`${counted(errors, "error")}${also}`}</Badge>
      </p>
    );
  }
  const { check } = checked;
  if (!check) return null;
  return (
    <p>
      <Badge kind="good">valid</Badge> {counted(check.statement_count, "statement")}, runs on{" "}
      {enginesText(check.manifest.engines)}
      {also}
    </p>
  );
}

function Finding({ found, line }: { found: Found; line: readonly Token[] | undefined }) {
  return (
    <li class={found.kind} data-line={found.line ?? undefined} data-code={found.code}>
      <p>
        {found.line === null ? null : <b>Line {found.line} </b>}
        <code class="rule">{found.code}</code> <span class="aloud">({found.kind}) </span>
        {found.message}
      </p>
      {line && line.length > 0 ? (
        <pre class="code one">
          <Tokens
            tokens={line.map(({ kind, text }) => ({
              kind,
              text: shortened(text, tokenCharactersMax),
            }))}
          />
        </pre>
      ) : null}
    </li>
  );
}
