import type { View } from "../area.ts";
import { Copyable, Note, PageHead, Panel } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";

/** The only page that ever has the key in it. */
export function madePage(visit: Visit, name: string, text: string): View {
  const main = (
    <>
      <PageHead title={`The key "${name}"`} back={{ href: "/console/keys", name: "API keys" }} />
      <Note kind="warn">Copy it now: it is not shown again. Whoever has it can act as you.</Note>
      <Panel title="Key">
        <Copyable id="api-key" text={text} label="key" />
      </Panel>
      <Panel title="Try it">
        <Copyable
          id="try-key"
          label="command"
          text={`curl -sS ${visit.origin}/api/v1/me -H "Authorization: Bearer ${text}"`}
        />
      </Panel>
    </>
  );
  return { title: "New key", main };
}
