import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers } from "../schemas.ts";

/** Signing in with a mailed link. */
const tag = "Auth";

const magicLinkRequestSchema = z
  .strictObject({ email: z.string().meta({ format: "email" }) })
  .meta({ id: "MagicLinkRequest" });

const magicLinkSchema = z
  .object({
    ok: z.boolean(),
    expires_at: z.iso.datetime(),
    dev_magic_link: z.url().optional(),
  })
  .meta({ id: "MagicLinkResponse" });

const verifyRequestSchema = z
  .strictObject({ token: z.string() })
  .meta({ id: "VerifyMagicLinkRequest" });

const verifiedSchema = z
  .object({ api_key: z.string().regex(/^puma_live_/), account_id: z.string() })
  .meta({ id: "VerifyMagicLinkResponse" });

export const requestMagicLink = declare({
  method: "post",
  path: "/auth/magic-link",
  operationId: "requestMagicLink",
  tag,
  summary: "Have a sign-in link mailed",
  description:
    "Answers alike whether the address has an account or not. `dev_magic_link` comes in development only.",
  access: "public",
  body: magicLinkRequestSchema,
  answers: {
    200: { description: "The link is on its way", schema: magicLinkSchema },
    ...errorAnswers([400, 429], { body: true }),
  },
});

export const verifyMagicLink = declare({
  method: "post",
  path: "/auth/verify",
  operationId: "verifyMagicLink",
  tag,
  summary: "Exchange the link's token for a new API key",
  description: "The token is the last segment of the link's path. It works once, for 15 minutes.",
  access: "public",
  body: verifyRequestSchema,
  answers: {
    200: { description: "A new key, shown in this answer only", schema: verifiedSchema },
    ...errorAnswers([400, 401, 429], { body: true }),
  },
});
