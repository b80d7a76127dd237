import type { OauthRecordRequest } from "../../src/puma/rules/oauth-record.ts";
import puma from "./puma-entry.ts";

export * from "./puma-entry.ts";

/** pumaDB, with a way to the records of the authorization server: `POST /test/records/<account>`. */
export default {
  async fetch(...[request, env]: Parameters<typeof puma.fetch>): Promise<Response> {
    const [, accountId] = /\/test\/records\/(\w+)$/.exec(request.url) ?? [];
    if (accountId === undefined) return await puma.fetch(request, env);
    const asked = await request.json<OauthRecordRequest>();
    const account = env.PUMA_ACCOUNT.get(env.PUMA_ACCOUNT.idFromName(accountId));
    return Response.json(await account.oauthRecords(asked));
  },
};
