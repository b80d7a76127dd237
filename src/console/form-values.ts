/**
 * A number of a form; `null` when nothing was filled in. A text that is no number is left as it is,
 * for the operation to refuse it in its own words.
 */
export function numberIn(form: URLSearchParams, name: string): number | string | null {
  const text = form.get(name)?.trim() ?? "";
  if (text === "") return null;
  return Number.isNaN(Number(text)) ? text : Number(text);
}
