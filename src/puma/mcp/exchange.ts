import type { PumaDeps } from "../deps.ts";
import type { McpCaller } from "./caller.ts";

/** One request that was let in, with its body read. */
export type Exchange = {
  deps: PumaDeps;
  caller: McpCaller;
  url: string;
  /** The body as parsed and as text. */
  body: { value: unknown; text: string; bytes: number };
};

/** Serves requests whose body was read; `exchange` reaches the server that is made for each. */
export type PackageHandler = (request: Request, exchange: Exchange) => Promise<Response>;
