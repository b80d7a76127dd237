import { diffView } from "../../puma/links/text-diff.ts";
import type { View } from "../area.ts";
import { ActionButton } from "../parts/form.tsx";
import { Badge, Copyable, Empty, Note, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Visit } from "../visit.ts";
import type { RowPlace } from "./row-page.tsx";
import { editableText, rowPath, tablePath } from "./wire.ts";

export type VersionShown = { version: number; archivedAt: string; deleted: boolean; json: string };

/** The row as it is; `null` for one that was deleted. */
type RowNow = { version: number; json: string } | null;

/** What a row was before. `kept`: how many versions there can be, and for how long. */
export function historyPage(
  visit: Visit,
  place: RowPlace,
  title: string,
  now: RowNow,
  versions: readonly VersionShown[],
  kept: { count: number; days: number },
): View {
  const here = rowPath(place.table, place.id);
  // Of a deleted row the newest version is what people look for.
  const chosen = Number(visit.url.searchParams.get("version") ?? (now ? 0 : versions[0]?.version));
  const version = versions.find((each) => each.version === chosen);
  const back = now
    ? { href: here, name: "The row" }
    : { href: tablePath(place.table), name: place.table };
  const main = (
    <>
      <PageHead
        title={`History of ${title}`}
        back={back}
        lead={`Its last ${counted(kept.count, "version")} are kept, for ${counted(kept.days, "day")}.`}
      />
      {now ? null : (
        <Note kind="warn">
          This row is deleted. Restoring a version brings it back, with its id.
        </Note>
      )}
      {versions.length === 0 ? (
        <Empty
          title="Nothing was changed yet"
          action={
            <a class="button quiet" href={`${here}/edit`}>
              Edit the row
            </a>
          }
        >
          Each change and each deletion keeps here what was there before.
        </Empty>
      ) : (
        <Table
          caption="Earlier versions, newest first"
          columns={[
            { name: "Version", kind: "main" },
            { name: "Replaced" },
            { name: "By" },
            { name: "Compare", kind: "actions" },
          ]}
          rows={versions.map((each) => [
            `Version ${each.version}`,
            <Time iso={each.archivedAt} />,
            each.deleted ? <Badge kind="bad">deletion</Badge> : <Badge kind="idle">change</Badge>,
            <a
              class="button quiet small"
              href={`${here}/history?version=${each.version}#version`}
              aria-current={each.version === chosen ? "true" : undefined}
            >
              Compare<span class="aloud"> version {each.version}</span>
            </a>,
          ])}
        />
      )}
      {version ? <Comparison visit={visit} place={place} now={now} version={version} /> : null}
    </>
  );
  return { title: `History of ${title}`, main };
}

function Comparison(props: { visit: Visit; place: RowPlace; now: RowNow; version: VersionShown }) {
  const { now, version, place } = props;
  const before = editableText(version.json);
  return (
    <Panel
      title={now ? `From version ${version.version} to now` : `Version ${version.version}`}
      id="version"
      actions={
        <ActionButton
          visit={props.visit}
          action={`${rowPath(place.table, place.id)}/restore`}
          label={`Restore version ${version.version}`}
          fields={{ version: String(version.version), base: now ? String(now.version) : "" }}
          kind="main"
        />
      }
    >
      {now ? diffView(before, editableText(now.json)) : null}
      {now ? (
        <details class="more-fields">
          <summary>Version {version.version} in full</summary>
          <Copyable id="version-json" text={before} label="this version" />
        </details>
      ) : (
        <Copyable id="version-json" text={before} label="this version" />
      )}
    </Panel>
  );
}
