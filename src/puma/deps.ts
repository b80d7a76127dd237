import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Resolve } from "../lib/resolve.ts";
import type { PumaLimits } from "./limits.ts";
import type { LinkOutcome, LinkRequest, RowRequest } from "./rules/link.ts";
import type { Admission, LinkPurpose, RequestedLink, SignInLinkRequest } from "./rules/mailbox.ts";
import type { OauthRecordAnswer, OauthRecordRequest } from "./rules/oauth-record.ts";
import type { AccountOperation, Executed, NewKey } from "./rules/operation.ts";

/** What pumaDB needs of the world. src/deps.ts makes it of the Worker's bindings. */
export type PumaDeps = {
  clock: Clock;
  log: Log;
  limits: PumaLimits;
  settings: PumaSettings;
  /** Whether this deployment can have issued an account id. */
  isAccountId(accountId: string): boolean;
  /** The object of an account. */
  account(accountId: string): AccountPort;
  /** The object of an e-mail address, or of a client whose requests for links are counted. */
  mailbox(mailboxId: string): MailboxPort;
  /** Registered clients, and the metadata documents of others as they were last fetched. */
  oauthClients: ClientStore;
  /** What a name leads to, before a client's metadata document is fetched from there. */
  resolve: Resolve;
  /** Host names of this deployment. */
  ownHosts: readonly string[];
};

/** The part of a KV namespace that is needed. */
type ClientStore = {
  get(name: string): Promise<string | null>;
  put(name: string, value: string, options?: { expirationTtl?: number }): Promise<void>;
  delete(name: string): Promise<void>;
};

type PumaSettings = {
  ID_CHECK_SECRET: string;
  /** See page-secret.ts. */
  PAGE_SECRET: string;
  /** The public origin; empty: that of the request. */
  PUBLIC_URL: string;
  DEV_MODE: boolean;
  MAGIC_LINKS_PER_ADDRESS_PER_HOUR: number;
  MAGIC_LINKS_PER_CLIENT_PER_HOUR: number;
  MAGIC_LINK_TTL_SECONDS: number;
  /** How long a link to a page works. */
  LINK_TTL_SECONDS: number;
  OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: number;
};

/** See durable-objects/puma-account.ts. */
type AccountPort = {
  execute(keyHash: string, operation: AccountOperation): Promise<Executed>;
  /** The same for an OAuth grant that was proven. */
  executeForGrant(grantId: string, operation: AccountOperation): Promise<Executed>;
  /** The same for a console session of whom the account is of, who was proven. */
  executeForSession(sessionId: string, operation: AccountOperation): Promise<Executed>;
  /** Shows or changes one row for such a session; a change names the version that was seen. */
  rowForSession(
    sessionId: string,
    row: { table: string; id: string },
    request: RowRequest,
  ): Promise<LinkOutcome>;
  isKeyInForce(keyHash: string): Promise<boolean>;
  /** Reads and writes the account's grants and access tokens. */
  oauthRecords(request: OauthRecordRequest): Promise<OauthRecordAnswer>;
  /** Does what someone who holds a link to a page asks. */
  throughLink(linkId: string, request: LinkRequest): Promise<LinkOutcome>;
  addSignInKey(key: NewKey): Promise<void>;
  withdrawSignInKey(keyHash: string): Promise<void>;
};

/** See durable-objects/puma-mailbox.ts. */
type MailboxPort = {
  /** Counts one request of a client for a link. */
  admitClient(perHourMax: number): Promise<Admission>;
  /** Counts the request, makes a link and sees to it that it is mailed. */
  requestLink(request: SignInLinkRequest): Promise<RequestedLink>;
  /** Whether the token would sign in now. Changes nothing. */
  isLinkLive(tokenHash: string, purpose: LinkPurpose): Promise<boolean>;
  /** Whom the token would sign in now; `null` for one that would not. Changes nothing. */
  addressOf(tokenHash: string, purpose: LinkPurpose): Promise<string | null>;
  /**
   * The account of the address, decided now if it has none yet, and the link of the token; `null`
   * when the token is wrong, used or expired. Does not use the link up.
   */
  accountFor(
    tokenHash: string,
    newAccountId: string,
    purpose: LinkPurpose,
  ): Promise<{ accountId: string; linkId: string; address: string } | null>;
  /** Uses the link up; `false` when it was used up before. */
  spendLink(linkId: string): Promise<boolean>;
};
