import type { Client } from "./puma-load.ts";

/** An account of pumaDB and what suites write into it. */
/** The JSON of a row as an agent might keep one. */
export function noteRow(index: number): string {
  return JSON.stringify({
    title: `Note number ${index}`,
    status: index % 50 === 7 ? "open" : "done",
    n: index,
    tags: ["alpha", "beta"],
    body: "Remember what was said about the pump in the cellar. ".repeat(3),
  });
}

/** Signs in to a fresh account and returns its key. */
export async function signIn(url: string, client: Client): Promise<string> {
  const email = `${crypto.randomUUID()}@example.com`;
  const post = async (path: string, body: object) =>
    JSON.parse((await client.send({ method: "POST", path, body: JSON.stringify(body) })).body);
  const { dev_magic_link } = await post("/auth/magic-link", { email });
  const token = String(dev_magic_link).split("/").at(-1);
  if (!token) throw new Error(`No link from ${url}`);
  return (await post("/auth/verify", { token })).api_key;
}

/** Variables of a Worker whose limits no suite meets. */
export const raisedLimits = {
  PUMA_ROWS_PER_TABLE_MAX: "100000000",
  PUMA_ACCOUNT_BYTES_MAX: "100000000000",
};

/** The operations of a batch that adds notes, the first of them with that index. */
export function addsOfNotes(count: number, from = 0): { action: "add"; row: Note }[] {
  return Array.from({ length: count }, (_, index) => ({
    action: "add",
    row: JSON.parse(noteRow(from + index)),
  }));
}

type Note = { title: string; status: string; n: number; tags: string[]; body: string };
