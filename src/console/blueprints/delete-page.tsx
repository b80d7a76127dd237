import type { View } from "../area.ts";
import { ConfirmPanel } from "../parts/form.tsx";
import { PageHead } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { type BlueprintView, blueprintPath } from "./wire.ts";

export function deletePage(visit: Visit, blueprint: BlueprintView): View {
  const place = blueprintPath(blueprint.uuid);
  const title = `Delete ${blueprint.name}?`;
  const main = (
    <>
      <PageHead title={title} back={{ href: place, name: blueprint.name }} />
      <ConfirmPanel
        visit={visit}
        title="With all its versions"
        action={`${place}/delete`}
        submit="Delete it"
        leave={place}
      >
        It can be applied no more, and there is no way back. Databases keep what it made.
      </ConfirmPanel>
    </>
  );
  return { title, main };
}
