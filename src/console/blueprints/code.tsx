import { highlightLines, type Token } from "./highlight.ts";

/** SQL with numbered lines, in colours. */
export function Code(props: { text: string; label: string }) {
  const lines = highlightLines(props.text.replace(/\n$/, ""));
  return (
    <section class="code-frame" aria-label={props.label}>
      <pre class="code" tabindex={0}>
        <code>
          {lines.map((tokens) => (
            <span class="ln">
              <Tokens tokens={tokens} />
              {"\n"}
            </span>
          ))}
        </code>
      </pre>
    </section>
  );
}

export function Tokens({ tokens }: { tokens: readonly Token[] }) {
  return (
    <>{tokens.map(({ kind, text }) => (kind ? <span class={`t-${kind}`}>{text}</span> : text))}</>
  );
}

const rowClass: Record<string, string> = { "+": "ln added", "-": "ln removed", "@": "ln hunk" };

/** A unified diff; what is new and what is gone has its sign in front, beside its colour. */
export function DiffCode({ diff }: { diff: string }) {
  return (
    <section class="code-frame" aria-label="Difference">
      <pre class="code diff" tabindex={0}>
        <code>
          {diff.split("\n").map((line) => (
            <span class={rowClass[line.charAt(0)] ?? "ln"}>
              {line}
              {"\n"}
            </span>
          ))}
        </code>
      </pre>
    </section>
  );
}
