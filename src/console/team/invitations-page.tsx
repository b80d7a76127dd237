import type { InvitationView } from "../../polykomos/teams/contract.ts";
import type { View } from "../area.ts";
import { ActionButton } from "../parts/form.tsx";
import { Empty, PageHead, Table, Time } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";

/** The invitations to the person, to be answered. */
export function invitationsPage(visit: Visit, invitations: readonly InvitationView[]): View {
  const main = (
    <>
      <PageHead title="Invitations" lead="Teams that would have you." />
      {invitations.length === 0 ? (
        <Empty
          title="No invitation waits"
          action={
            <a class="button quiet" href="/console">
              To your databases
            </a>
          }
        >
          When somebody invites your address to a team, you can answer here.
        </Empty>
      ) : (
        <Table
          caption="Invitations to you"
          columns={[
            { name: "Team", kind: "main" },
            { name: "As" },
            { name: "From" },
            { name: "Ends" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={invitations.map((each) => [
            each.team_name,
            each.role,
            each.invited_by,
            <Time iso={each.expires_at} />,
            <>
              <ActionButton
                visit={visit}
                action={`/console/invitations/${each.id}/accept`}
                label="Join"
                about={each.team_name}
                kind="main"
              />
              <ActionButton
                visit={visit}
                action={`/console/invitations/${each.id}/decline`}
                label="Decline"
                about={each.team_name}
              />
            </>,
          ])}
        />
      )}
    </>
  );
  return { title: "Invitations", main };
}
