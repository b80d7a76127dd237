import { privatePageHeaders } from "../http/page-headers.ts";
import type { Area, View } from "./area.ts";
import { iconAsset, scriptAsset, styleAsset } from "./assets/assets.ts";
import type { HtmlContent } from "./html.ts";
import { ActionButton, Form } from "./parts/form.tsx";
import { Icon } from "./parts/icon.tsx";
import { Note } from "./parts/page.tsx";
import type { Visit } from "./visit.ts";

/** The frame of the console's pages: our own three files by a nonce, and nothing else. */
async function framed(
  { title, status = 200, headers = {} }: View,
  body: HtmlContent,
): Promise<Response> {
  const nonce = crypto.randomUUID();
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Polykomos`}</title>
        <link rel="icon" href={iconAsset.path} type="image/svg+xml" />
        <link rel="stylesheet" href={styleAsset.path} nonce={nonce} />
        <script src={scriptAsset.path} defer nonce={nonce} />
      </head>
      <body>{body}</body>
    </html>
  );
  return new Response(`<!doctype html>${await document.toString()}`, {
    status,
    headers: { ...privatePageHeaders(nonce, { connect: true }), ...headers },
  });
}

/** A page of nobody in particular: signing in, and what cannot be shown. */
export function doorPage(view: View): Promise<Response> {
  return framed(
    view,
    <div class="door">
      <main id="main">
        <Brand />
        <div class="panel">{view.main}</div>
      </main>
    </div>,
  );
}

/** A page of somebody who is signed in. `done`: what a form has just done, told above it. */
export function insidePage(
  view: View,
  visit: Visit,
  areas: readonly Area[],
  done: string | null,
): Promise<Response> {
  const { session, url } = visit;
  return framed(
    view,
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="shell">
        <div class="side">
          <Brand />
          <TeamMenu visit={visit} />
          <Navigation visit={visit} areas={areas} />
          <div class="who">
            <p>{session.user.email}</p>
            <ActionButton visit={visit} action="/console/sign-out" label="Sign out" />
          </div>
        </div>
        <main id="main" tabindex={-1}>
          {done ? <Note kind="good">{done}</Note> : null}
          {session.invitations > 0 && url.pathname !== "/console/invitations" ? (
            <Note>
              You are invited to a team. <a href="/console/invitations">Look and answer</a>
            </Note>
          ) : null}
          {view.main}
        </main>
      </div>
    </>,
  );
}

function Brand() {
  return (
    <a class="brand" href="/console">
      <img src={iconAsset.path} alt="" width="28" height="28" />
      Polykomos
    </a>
  );
}

function Navigation({ visit, areas }: { visit: Visit; areas: readonly Area[] }) {
  const { pathname } = visit.url;
  const isHere = (href: string) => pathname === href || pathname.startsWith(`${href}/`);
  return (
    <nav aria-label="Console">
      <ul>
        {areas
          .filter(({ isFor }) => isFor?.(visit) !== false)
          .map(({ nav }) => (
            <li>
              <a href={nav.href} aria-current={isHere(nav.href) ? "page" : undefined}>
                <Icon name={nav.icon} />
                {nav.name}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function TeamMenu({ visit }: { visit: Visit }) {
  const { teams, team } = visit.session;
  return (
    <details class="team-menu">
      <summary>
        <span>
          <span class="aloud">Team: </span>
          {team?.name ?? "No team"}
        </span>
        <span aria-hidden="true">▾</span>
      </summary>
      <div>
        {teams.map((each) => (
          <Form visit={visit} action="/console/team/switch">
            <input type="hidden" name="team_id" value={String(each.id)} />
            <button type="submit" aria-current={each.id === team?.id ? "true" : undefined}>
              {each.name}
            </button>
          </Form>
        ))}
        <a href="/console/teams/new">+ New team</a>
      </div>
    </details>
  );
}
