import { html } from "hono/html";
import { type Html, privatePage } from "../pages/frame.ts";
import { isoTime } from "../rules/time-text.ts";
import { mixesScripts, shownName } from "./rules/client-name.ts";
import { formActionOf, redirectKind, redirectPlace } from "./rules/redirect.ts";

/**
 * The pages of connecting a client. What a client says of itself is escaped, stripped of what would
 * mislead the eye, and called its own word; what is known of it stands beside that.
 */

/** Who asks, as far as it is known. */
export type ShownClient = {
  name: string;
  /** The host that the client's metadata document stands at; `null` for a registered client. */
  domain: string | null;
  redirectUri: string;
};

/** `formAction` is where else the answers to the page's forms may lead. */
type PageSettings = { status?: number; formAction?: string };

function page(
  title: string,
  main: Html,
  { status = 200, formAction }: PageSettings = {},
): Promise<Response> {
  const whole = html`<div class="alone"><h1>${title}</h1>${main}</div>`;
  // The app's own window may have opened this one, and listens for its end.
  const allowed = { opener: true, ...(formAction ? { formAction } : {}) };
  return privatePage({ status, title: `${title} · pumaDB`, main: whole }, allowed);
}

function quoted(name: string): string {
  return `“${shownName(name)}”`;
}

/** Asks for an address. `client` is who waits for the sign-in, if a client does. */
export function signInPage(
  client: ShownClient | null,
  { problem = "", status = 200, address = "" } = {},
): Promise<Response> {
  const why = client
    ? html`<p class="lead">An app that calls itself ${quoted(client.name)} wants to use your pumaDB memory. Sign in first; you decide after that.</p>`
    : html`<p class="lead">Sign in to see the apps that use your memory.</p>`;
  const invalid = problem === "" ? "" : html` aria-invalid="true"`;
  return page(
    "Sign in to pumaDB",
    html`${why}
<form method="post"><input type="hidden" name="action" value="mail">
<label for="email">Your e-mail address</label>
<input id="email" name="email" type="email" required autocomplete="email" maxlength="254" value="${address}" aria-describedby="problem"${invalid}>
<div class="problem" id="problem" role="alert">${problem}</div>
<div class="actions"><button>Mail me a link</button></div></form>
<p class="hint">No password: the link signs you in. A new address gets a new, empty account.</p>`,
    { status },
  );
}

/** After the mail was asked for. `devLink` is there in development only. */
export function mailedPage(address: string, devLink: string | null): Promise<Response> {
  const link =
    devLink === null
      ? ""
      : html`<p class="note"><a id="dev-link" href="${devLink}">In development: the mailed link</a></p>`;
  return page(
    "Look into your mail",
    html`<p class="lead">A link is on its way to ${address}. Open it in this browser: it works once, and nowhere else.</p>
${link}
<form method="post"><input type="hidden" name="action" value="again"><button class="quiet">Use another address</button></form>`,
  );
}

/** Behind the mailed link. A mail scanner that opens it uses nothing up. */
export function arrivedPage(address: string): Promise<Response> {
  return page(
    "You are almost in",
    html`<p class="lead">Signing in as ${address}.</p>
<form method="post"><div class="actions"><button>Continue</button></div></form>
<p class="hint">If you did not ask for this, close the page.</p>`,
  );
}

export function elsewherePage(): Promise<Response> {
  return page(
    "Open this link where you began",
    html`<p class="lead">A sign-in link works only in the browser that asked for it. Copy the link from the mail and open it there.</p>
<p>If you asked for nothing, do nothing: somebody may have typed your address by mistake. Nobody gets in with this link alone.</p>`,
    { status: 403 },
  );
}

export function spentPage(): Promise<Response> {
  return page(
    "This link has ended",
    html`<p class="lead">It was used before, is too old or is incomplete. Go back to the app and start again.</p>`,
    { status: 410 },
  );
}

export function lostPage(): Promise<Response> {
  return page(
    "Nothing is waiting here",
    html`<p class="lead">This took too long, was finished, or was begun in another browser. Go back to the app and start again.</p>
<p><a href="/account/clients">See your connected apps</a></p>`,
    { status: 410 },
  );
}

export function foreignFormPage(): Promise<Response> {
  return page(
    "Not from here",
    html`<p class="lead">The form did not come from a page of ours, or you signed in anew since. Nothing was changed.</p>`,
    { status: 403 },
  );
}

/**
 * A request that cannot be granted. The browser is not sent back by itself: anybody may register a
 * client, and we lend nobody our address to lead people elsewhere (RFC 9700, 4.11.2).
 */
export function refusedPage(
  problem: string,
  back: { href: string; uri: string } | null,
): Promise<Response> {
  const way =
    back === null || redirectKind(back.uri) === null
      ? ""
      : html`<div class="actions"><a class="button quiet" href="${back.href}" rel="noreferrer">Back to ${redirectPlace(back.uri)}</a></div>`;
  return page(
    "This app cannot be connected",
    html`<p class="lead">Its request is not right, so nothing was granted.</p><p class="note bad">${problem}</p>${way}`,
    { status: 400 },
  );
}

export async function tooManyPage(retryAfterSeconds: number): Promise<Response> {
  const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  const response = await page(
    "Too often",
    html`<p class="lead">Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.</p>`,
    { status: 429 },
  );
  response.headers.set("retry-after", String(retryAfterSeconds));
  return response;
}

function fact(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Allow or deny. `proof` ties the form to the request, the browser and the account it shows. */
export function consentPage(
  client: ShownClient,
  address: string,
  proof: string,
): Promise<Response> {
  const place = redirectPlace(client.redirectUri);
  const goes = {
    web: html`<strong>${place}</strong>`,
    loopback: html`<strong>${place}</strong>: a program on the computer you sit at, whichever listens there`,
    app: html`<strong>${place}</strong>: an app on this device`,
  }[redirectKind(client.redirectUri) ?? "web"];
  const known = client.domain
    ? html`<strong>${client.domain}</strong> published this app`
    : html`<strong>Not verified.</strong> Any app can take any name`;
  const warning = mixesScripts(client.name)
    ? html`<p class="note bad">Its name mixes alphabets whose letters look alike. It may be imitating another app.</p>`
    : "";
  return page(
    `Let ${quoted(client.name)} use your memory?`,
    html`${warning}<div class="card"><dl class="fields">
${fact("Known of it", known)}
${fact("Sends you to", goes)}
${fact("Your account", address)}
${fact("It may", "Read, add, change and delete all rows of your account, and make links to them, until you disconnect it")}
</dl></div>
<form method="post"><input type="hidden" name="proof" value="${proof}">
<div class="actions"><button name="action" value="allow">Allow</button><button class="quiet" name="action" value="deny">Deny</button></div></form>
<form method="post"><input type="hidden" name="action" value="leave"><p class="hint">Not your account? <button class="quiet small">Sign in with another address</button></p></form>
<p class="hint">Allow only what you started yourself. You can <a href="/account/clients">see and disconnect your apps</a> at any time.</p>`,
    { formAction: formActionOf(client.redirectUri) },
  );
}

/**
 * Sends the browser back to the client. Not by a redirect: browsers hold redirects after a form to the
 * form's policy, all the way, and a client may lead on to another host of its own.
 */
export async function backPage(location: string, allowed: boolean): Promise<Response> {
  const response = await page(
    allowed ? "Connected" : "Not connected",
    html`<p class="lead">${allowed ? "The app may use your memory now." : "The app got no access."} This leads back to it.</p>
<div class="actions"><a class="button quiet" href="${location}" rel="noreferrer">Back to ${redirectPlace(location)}</a></div>
<p class="hint">You can close this page if it stays. <a href="/account/clients">See your connected apps</a></p>`,
  );
  response.headers.set("refresh", `0; url=${location}`);
  return response;
}

export type ShownGrant = {
  id: string;
  name: string;
  domain: string | null;
  place: string;
  createdAtMs: number;
};

/** The connected apps, newest first. `proof` is of the session. */
export function clientsPage(
  grants: readonly ShownGrant[],
  address: string,
  proof: string,
  done: boolean,
): Promise<Response> {
  const items = grants.map((grant) => {
    const since = isoTime(grant.createdAtMs);
    return html`<li><span>${shownName(grant.name)}</span><span class="when">${grant.domain ? html`published by ${grant.domain}` : "not verified"}, at ${grant.place}, since <time datetime="${since}" data-local="both">${since.slice(0, 16).replace("T", " ")} UTC</time></span>
<form method="post"><input type="hidden" name="proof" value="${proof}"><input type="hidden" name="grant" value="${grant.id}"><button class="quiet small" name="action" value="disconnect">Disconnect<span class="hidden"> ${shownName(grant.name)}</span></button></form></li>`;
  });
  const list =
    items.length === 0
      ? html`<div class="card"><div class="sheet empty">No app is connected to this account.</div></div>`
      : html`<div class="card"><ul class="versions">${items}</ul></div>`;
  return privatePage({
    title: "Connected apps · pumaDB",
    bar: html`<span class="until">${address}</span>`,
    main: html`<h1 class="title">Connected apps</h1>
${done ? html`<div class="note good" role="status"><p>Disconnected. The app has no access any more.</p></div>` : ""}
<p>These apps may read and change the rows of your account. Disconnecting one ends its access at once; links it made end too.</p>
${list}`,
    foot: html`<p>API keys are not listed here: they are listed and revoked over the API.</p>
<form method="post"><button class="quiet small" name="action" value="leave">Sign out</button></form>`,
  });
}
