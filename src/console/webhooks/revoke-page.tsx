import type { View } from "../area.ts";
import { ConfirmPanel } from "../parts/form.tsx";
import { PageHead } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { type EndpointView, endpointPath } from "./wire.ts";

export function revokePage(visit: Visit, endpoint: EndpointView): View {
  const place = endpointPath(endpoint.id);
  const main = (
    <>
      <PageHead title="Revoke the endpoint?" back={{ href: place, name: "The endpoint" }} />
      <ConfirmPanel
        visit={visit}
        title={endpoint.url}
        action={`${place}/revoke`}
        submit="Revoke it"
        leave={place}
      >
        Nothing is sent to it any more; what still waits is given up. What was sent can still be
        read here. To send there again, make a new endpoint.
      </ConfirmPanel>
    </>
  );
  return { title: "Revoke the endpoint", main };
}
