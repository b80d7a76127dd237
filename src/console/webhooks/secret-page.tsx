import type { View } from "../area.ts";
import { Copyable, Note, PageHead, Panel } from "../parts/page.tsx";
import { type EndpointView, endpointPath } from "./wire.ts";

const check = [
  `import { Webhook } from "standardwebhooks"; // npm install standardwebhooks`,
  "",
  "// rawBody: the request's bytes as they came, before any JSON is read",
  "const message = new Webhook(process.env.WEBHOOK_SECRET).verify(rawBody, headers);",
].join("\n");

/** The only page that ever has the secret in it: after making the endpoint, and after a rotation. */
export function secretPage(endpoint: EndpointView, secret: string, isRotated: boolean): View {
  const place = endpointPath(endpoint.id);
  const title = isRotated ? "The new secret" : "The endpoint is made";
  const main = (
    <>
      <PageHead title={title} lead={endpoint.url} back={{ href: place, name: "The endpoint" }} />
      <Note kind="warn">
        Copy it now: it is not shown again.{" "}
        {isRotated ? "For 24 hours messages are signed with the earlier one too." : null}
      </Note>
      <Panel title="Signing secret" lead="Your server checks with it that a message is from us.">
        <Copyable id="webhook-secret" text={secret} label="secret" />
      </Panel>
      <Panel title="How to check a message">
        <Copyable id="webhook-check" text={check} label="code" />
      </Panel>
      <a class="button" href={place}>
        {isRotated ? "I have copied it" : "Copied: send a test"}
      </a>
    </>
  );
  return { title, main };
}
