/** How the text of an option is read; a `limit` is a number or `none`. */
export type Kind = "text" | "number" | "limit" | "list" | "numbers" | "flag" | "json";

/** One command and the request it is. */
export type Command = {
  words: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `{name}` takes an option of that name. */
  path: string;
  /** Options that go into the body; `?` behind the name marks one that may be left out. */
  body?: Record<string, Kind>;
  query?: string[];
  /** A field of the body in which an answer's `next` is sent, until there is none. */
  repeatedWith?: string;
  about: string;
};

/** Where a server is, how it is reached and how much it takes. */
const serverFields = {
  "transport?": "text",
  "advertised_host?": "text",
  "tls?": "flag",
  "max_databases?": "limit",
  "max_connections?": "limit",
  "max_bytes?": "limit",
} as const;

export const commands: readonly Command[] = [
  {
    words: "users list",
    method: "GET",
    path: "/users",
    query: ["limit", "starting_after"],
    about: "users and their teams, the newest thousand",
  },
  {
    words: "users create",
    method: "POST",
    path: "/users",
    body: { email: "text", name: "text" },
    about: "a user with a team of their own",
  },
  {
    words: "teams create",
    method: "POST",
    path: "/teams",
    body: { name: "text", member_user_ids: "numbers" },
    about: "a team; the first member owns it",
  },
  {
    words: "members add",
    method: "POST",
    path: "/teams/{team}/members",
    body: { user_id: "number", "role?": "text" },
    about: "a user into a team, as owner or member",
  },
  {
    words: "keys create",
    method: "POST",
    path: "/users/{user}/keys",
    body: { name: "text", permissions: "list", "controls?": "json" },
    about: "an API key, shown once",
  },
  { words: "keys list", method: "GET", path: "/users/{user}/keys", about: "a user's API keys" },
  { words: "keys revoke", method: "DELETE", path: "/keys/{id}", about: "an API key, at once" },
  { words: "servers list", method: "GET", path: "/servers", about: "database servers" },
  {
    words: "servers add",
    method: "POST",
    path: "/servers",
    body: {
      name: "text",
      engine: "text",
      region: "text",
      host: "text",
      port: "number",
      admin_user: "text",
      admin_password: "text",
      ...serverFields,
    },
    about: "register a database server",
  },
  {
    words: "servers update",
    method: "PATCH",
    path: "/servers/{id}",
    body: {
      "host?": "text",
      "port?": "number",
      "admin_user?": "text",
      "admin_password?": "text",
      ...serverFields,
    },
    about: "change where a server is or how much it takes",
  },
  {
    words: "servers drain",
    method: "POST",
    path: "/servers/{id}/drain",
    about: "place nothing new on a server",
  },
  {
    words: "servers activate",
    method: "POST",
    path: "/servers/{id}/activate",
    about: "place databases on it again",
  },
  { words: "pool", method: "GET", path: "/pool", about: "pools: full, wanted, hit, missed" },
  {
    words: "jobs list",
    method: "GET",
    path: "/jobs",
    query: ["state"],
    about: "operations, newest first",
  },
  {
    words: "jobs retry",
    method: "POST",
    path: "/jobs/{id}/retry",
    about: "run a waiting or given-up one now: an operation's uuid, an application's number",
  },
  {
    words: "databases rebuild",
    method: "POST",
    path: "/databases/{uuid}/rebuild",
    about: "make one anew, empty, that its server lacks",
  },
  {
    words: "orphans",
    method: "GET",
    path: "/orphans",
    about: "differences between servers and rows",
  },
  {
    words: "dead-letters",
    method: "GET",
    path: "/dead_letters",
    about: "operations, applications and queue messages that were given up",
  },
  {
    words: "sealing-keys",
    method: "GET",
    path: "/sealing_keys",
    about: "keys that seal secrets, and how much each has sealed",
  },
  {
    words: "reseal",
    method: "POST",
    path: "/sealing_keys/reseal",
    body: {},
    repeatedWith: "starting_after",
    about: "seal all secrets with the newest of SEALING_KEYS, step by step",
  },
  { words: "sweep", method: "POST", path: "/sweep", about: "do the scheduled work now" },
];
