import type { Visit } from "./visit.ts";

/** A part of a list, as the API answers it. */
export type Listed<Item> = { data: Item[]; has_more: boolean };

/** Behind which entry the shown part of a list begins, by the page's address; at its head when none. */
export function afterOf({ url }: Visit): string | undefined {
  return url.searchParams.get("after") ?? undefined;
}

/** The address of the part after this one; `null` at the list's end. `path` is that of the list. */
export function olderHref<Item>(
  path: string,
  { data, has_more: hasMore }: Listed<Item>,
  cursorOf: (item: Item) => string | number,
): string | null {
  const last = data.at(-1);
  return hasMore && last !== undefined ? `${path}?after=${cursorOf(last)}` : null;
}
