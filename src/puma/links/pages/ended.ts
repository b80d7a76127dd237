import { html } from "hono/html";
import { privatePage } from "../../pages/frame.ts";

/** Pages for links that lead nowhere (any more). They tell nothing of what was behind the link. */
function alone(status: number, title: string, text: string): Promise<Response> {
  return privatePage({
    status,
    title: `${title} · pumaDB`,
    main: html`<div class="alone"><h1>${title}</h1><p class="lead">${text}</p></div>`,
  });
}

const askAgain = "Ask whoever gave it to you for a new one.";

export function endedPage(): Promise<Response> {
  const text = `Links work for a short time and can be ended early. ${askAgain}`;
  return alone(410, "This link has ended", text);
}

export function unknownPage(): Promise<Response> {
  const text = `It may have been cut off when it was copied. ${askAgain}`;
  return alone(404, "This is no link of ours", text);
}

export function gonePage(): Promise<Response> {
  return alone(404, "Nothing is here any more", "What this link led to was deleted or changed.");
}

export async function tooOftenPage(resetSeconds: number): Promise<Response> {
  const seconds = resetSeconds === 1 ? "a second" : `${resetSeconds} seconds`;
  const text = `This link was used too often in a minute. Try again in ${seconds}.`;
  const response = await alone(429, "Too often", text);
  response.headers.set("retry-after", String(resetSeconds));
  return response;
}

export function foreignFormPage(): Promise<Response> {
  const text = "The form did not come from a page of ours, so nothing was changed.";
  return alone(403, "Not from here", text);
}

export function badFormPage(): Promise<Response> {
  const text = "The form was too large or incomplete, so nothing was changed.";
  return alone(400, "That did not arrive", text);
}

export function goodbyePage(): Promise<Response> {
  return alone(
    200,
    "The link has ended",
    "Nobody can open it any more. What it showed is still there.",
  );
}
