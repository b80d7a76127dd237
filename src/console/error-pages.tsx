import type { Fault } from "../lib/fault.ts";
import { type Code, statusOfCode } from "../polykomos/dialect.ts";
import type { View } from "./area.ts";
import type { HtmlContent } from "./html.ts";
import { counted } from "./parts/text.ts";

/** Pages that say why there is no page, and what to do. */

/** What a route threw. `back`: where the person can go on from. */
export function faultView(fault: Fault<Code>, back: string, requestId: string): View {
  const { code, message, headers = {} } = fault;
  if (code === "internal_error") return failureView(requestId);
  if (code === "not_found") {
    return {
      title: "Not found",
      status: 404,
      main: (
        <div class="empty">
          <h1>This is not here</h1>
          <p>It was deleted, or it belongs to a team that you are not in.</p>
          <QuietLink href="/console">To your databases</QuietLink>
        </div>
      ),
    };
  }
  return {
    title: "That did not work",
    status: statusOfCode[code],
    headers,
    main: (
      <div class="empty" role="alert">
        <h1>That did not work</h1>
        <p>{message}</p>
        <QuietLink href={back}>Go back</QuietLink>
      </div>
    ),
  };
}

function QuietLink(props: { href: string; children?: HtmlContent }) {
  return (
    <div class="actions">
      <a class="button quiet" href={props.href}>
        {props.children}
      </a>
    </div>
  );
}

function failureView(requestId: string): View {
  return {
    title: "Something went wrong",
    status: 500,
    main: (
      <div class="empty" role="alert">
        <h1>Something went wrong on our side</h1>
        <p>
          It was written down. Try again in a moment; if it stays, tell us this:{" "}
          <code>{requestId}</code>
        </p>
      </div>
    ),
  };
}

export function tooManyRequestsView(retryAfterSeconds: number): View {
  return {
    title: "One moment",
    status: 429,
    headers: { "retry-after": String(retryAfterSeconds) },
    main: (
      <>
        <h1>One moment</h1>
        <p>
          Those were many pages for one minute. Try again in {counted(retryAfterSeconds, "second")}.
        </p>
      </>
    ),
  };
}

/** For a form that is not of the session that it came with, or that is no form of ours. */
export function foreignFormView(): View {
  return {
    title: "Not done",
    status: 403,
    main: (
      <>
        <h1>Nothing was changed</h1>
        <p>
          This form did not come from a page of your session, or that page is from before you signed
          in again, or more was sent than 4 MB. Open the page anew and send it from there.
        </p>
        <ToConsole />
      </>
    ),
  };
}

export function noSuchPageView(): View {
  return {
    title: "Not found",
    status: 404,
    main: (
      <>
        <h1>There is no such page</h1>
        <p>The address is wrong, or the page has moved.</p>
        <ToConsole />
      </>
    ),
  };
}

function ToConsole() {
  return (
    <a class="button" href="/console">
      To the console
    </a>
  );
}
