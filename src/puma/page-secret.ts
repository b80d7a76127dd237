/**
 * What seals that lives for minutes: cookies of signing in, proofs of forms, tokens of links to pages.
 * A secret of its own, so that it can be changed; the one in account ids cannot.
 */
export function pageSecret(settings: { PAGE_SECRET: string; ID_CHECK_SECRET: string }): string {
  return settings.PAGE_SECRET || settings.ID_CHECK_SECRET;
}
