/** What the mail with a sign-in link says. */
export function signInMail(link: string, lifetimeMs: number): { subject: string; text: string } {
  const minutes = Math.max(1, Math.round(lifetimeMs / 60_000));
  return {
    subject: "Your pumaDB sign-in link",
    text: [
      "Open this link to get an API key for pumaDB:",
      "",
      link,
      "",
      `It works once, for ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
      "If you did not ask for it, ignore this mail: without the link nobody gets in.",
      "",
    ].join("\n"),
  };
}
