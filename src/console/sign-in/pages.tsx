import { doorPage } from "../layout.tsx";
import { counted } from "../parts/text.ts";
import { signInPath } from "./service.ts";

/** The pages of signing in. None of them needs script. */
export function askPage(shown: {
  email?: string;
  next: string | null;
  problem?: string;
  status?: number;
  headers?: Record<string, string>;
}): Promise<Response> {
  const { email = "", next, problem, status = 200, headers = {} } = shown;
  return doorPage({
    title: "Sign in",
    status,
    headers,
    main: (
      <>
        <h1>Sign in</h1>
        <p>We mail you a link that signs you in. New here? The same link makes your account.</p>
        <form method="post" action={signInPath}>
          {next ? <input type="hidden" name="next" value={next} /> : null}
          <div class={problem ? "field wrong" : "field"}>
            <label for="email">E-mail address</label>
            <input
              id="email"
              name="email"
              type="email"
              autocomplete="email"
              required
              autofocus
              value={email}
              maxlength={254}
              aria-invalid={problem ? "true" : undefined}
              aria-describedby={problem ? "email-problem" : undefined}
            />
            {problem ? (
              <p class="problem" id="email-problem" role="alert">
                {problem}
              </p>
            ) : null}
          </div>
          <button type="submit">Mail me a link</button>
        </form>
      </>
    ),
  });
}

/** The mail is on its way. In development the link stands here as well. */
export function mailedPage(
  address: string,
  minutes: number,
  devLink: string | null,
  headers: Record<string, string>,
): Promise<Response> {
  return doorPage({
    title: "Look into your mail",
    headers,
    main: (
      <>
        <h1>Look into your mail</h1>
        <p>
          A link is on its way to <strong>{address}</strong>. It works once, for{" "}
          {counted(minutes, "minute")}.
        </p>
        {devLink ? (
          <p>
            In development: <a href={devLink}>open the link</a>
          </p>
        ) : null}
        <p>
          Nothing there? Look among the junk, or <a href={signInPath}>try another address</a>.
        </p>
      </>
    ),
  });
}

/** Behind the link. Opening it uses nothing up, so a mail scanner's GET does no harm. */
export function readyPage(address: string): Promise<Response> {
  return doorPage({
    title: "Sign in",
    main: (
      <>
        <h1>You are nearly in</h1>
        <p>
          This signs you in as <strong>{address}</strong>. If you did not ask for it, close this
          page.
        </p>
        <form method="post">
          <button type="submit">Sign in</button>
        </form>
      </>
    ),
  });
}

export function endedPage(): Promise<Response> {
  return doorPage({
    title: "This link has ended",
    status: 410,
    main: (
      <>
        <h1>This link has ended</h1>
        <p>
          It was used before, is too old or is incomplete. Ask for a new one and open the newest
          mail.
        </p>
        <a class="button" href={signInPath}>
          Ask for a new link
        </a>
      </>
    ),
  });
}

export function foreignFormPage(): Promise<Response> {
  return doorPage({
    title: "Not signed in",
    status: 403,
    main: (
      <>
        <h1>You were not signed in</h1>
        <p>
          This form came from another site. Open the link in your mail, and press the button there.
        </p>
      </>
    ),
  });
}
