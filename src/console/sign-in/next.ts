/**
 * Where somebody wanted to go before they signed in: a path of the console, or nothing. Read by the
 * platform's own parser, so what another host hides behind (`//`, `\`, `@`, control characters) is
 * seen as the browser would see it.
 */
export function safeNext(text: string | null): string | null {
  if (text === null || text.length > 1_000 || !text.startsWith("/console")) return null;
  if (!URL.canParse(text, ourselves)) return null;
  const { origin, pathname, search } = new URL(text, ourselves);
  if (origin !== ourselves || !/^\/console(\/|$)/.test(pathname)) return null;
  return pathname.startsWith("/console/sign-in") ? null : pathname + search;
}

const ourselves = "https://console.invalid";
