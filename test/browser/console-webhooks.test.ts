import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/api.ts";
import { type Browsing, hasBrowser, startBrowser, type Watched } from "../support/browser.ts";
import { newAddress, signInWith } from "../support/console.ts";
import { checkPage, checkState } from "../support/looks.ts";
import { accept, answerWith, type Receiver, startReceiver, verified } from "../support/receiver.ts";
import { startWebhookWorld, type WebhookWorld } from "../support/webhooks.ts";

let world: WebhookWorld;
let receiver: Receiver;
let browser: Browsing;

/** What an evil receiver would answer, so that whoever looks at it runs it. */
const hostileAnswer = `<script>alert("answer")</script><img src="x" onerror="alert('image')">`;

describe.runIf(hasBrowser("the console's webhooks"))("in a browser", () => {
  beforeAll(async () => {
    world = await startWebhookWorld({
      DEV_MODE: "true",
      MAIL_TRANSPORT: "log",
      MAGIC_LINKS_PER_CLIENT_PER_HOUR: "100000",
      CONSOLE_REQUESTS_PER_MINUTE: "100000",
      WEBHOOK_RETRY_SECONDS: "0,1",
    });
    receiver = await startReceiver();
    browser = await startBrowser(world.url);
  });
  afterAll(async () => {
    await browser.stop();
    await world.stop();
    await receiver.stop();
  });

  /** Somebody new with an endpoint at that path; on the page that shows its secret. */
  async function withEndpoint(path: string): Promise<Watched & { secret: string }> {
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, world.url, newAddress());
    await page.goto(`${world.url}/console/webhooks/new`);
    await page.getByLabel("Address").fill(receiver.url(path));
    await page.getByRole("button", { name: "Make the endpoint" }).click();
    const secret = (await page.locator("#webhook-secret").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    return { ...watched, secret };
  }

  async function makeDatabase({ page }: Watched): Promise<void> {
    await page.goto(`${world.url}/console/databases/new`);
    await page.getByLabel("Name").fill("shop");
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Show the password" }).waitFor();
  }

  test("an endpoint is made, its secret is shown once, and a test arrives signed with it", async () => {
    receiver.behave(accept);
    const watched = await browser.open();
    const { page } = watched;
    await signInWith(watched, world.url, newAddress());
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.getByRole("heading", { name: "No endpoint yet" }).waitFor();
    await checkPage(watched, "webhooks-none");
    await page.getByRole("link", { name: "New endpoint" }).click();
    await page.getByText("Only some events").click();
    await checkPage(watched, "webhooks-new");
    await page.getByLabel("Address").fill("http://10.0.0.1/hook");
    await page.getByRole("button", { name: "Make the endpoint" }).click();
    await page.locator("#field-url-problem").waitFor();
    await checkState(watched, "webhooks-problem");
    await page.getByLabel("Address").fill(receiver.url("/first"));
    await page.getByRole("button", { name: "Make the endpoint" }).click();
    const secret = (await page.locator("#webhook-secret").textContent()) ?? "";
    await checkPage(watched, "webhooks-secret");
    await page.getByRole("link", { name: "Copied: send a test" }).click();
    await page.getByText("Nothing was sent yet").waitFor();
    await checkState(watched, "webhook-new");
    expect(await page.content()).not.toContain(secret);
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Attempt 1: answered 204").waitFor();
    await checkPage(watched, "delivery-test");
    const [message] = receiver.at("/first");
    if (!message) throw new Error("Nothing was received");
    const content = verified(message, secret);
    expect(content.type).toBe("webhook.test");
    const shown = (await page.locator("#request-body").textContent()) ?? "";
    expect(JSON.parse(shown)).toEqual(JSON.parse(message.body));
    await page.goto(`${world.url}/console/webhooks`);
    await page.getByText("working", { exact: true }).waitFor();
    await checkPage(watched, "webhooks");
    expect(watched.faults).toEqual([]);
  });

  test("a failed delivery is seen with each attempt and its answer as text, and is redelivered", async () => {
    receiver.behave((response) => {
      response.writeHead(500, { "content-type": "text/html" }).end(hostileAnswer);
    });
    const watched = await withEndpoint("/failing");
    const { page } = watched;
    const place = await page
      .getByRole("link", { name: "Copied: send a test" })
      .getAttribute("href");
    await makeDatabase(watched);
    await page.goto(`${world.url}${place}`);
    await page.getByRole("link", { name: "database.provisioned" }).click();
    // The page follows it to its end by itself; what the queue left over is sent by the next sweep.
    await until(
      async () => {
        await world.sweep();
        return await page.getByText("Given up").count();
      },
      (shown) => shown > 0,
      50_000,
    );
    await page.getByText("Attempt 2: The receiver answered 500").waitFor();
    await page.getByText("What it answered").last().click();
    await page.getByText(hostileAnswer).last().waitFor();
    expect(await page.getByText(hostileAnswer).count()).toBe(2);
    await checkState(watched, "delivery-failed");
    const isOurs = (body: string) => JSON.parse(body).type === "database.provisioned";
    const sent = receiver.at("/failing").filter(({ body }) => isOurs(body));
    expect(sent).toHaveLength(2);
    await page.goto(`${world.url}${place}`);
    await page.getByText("failing", { exact: true }).waitFor();
    await checkState(watched, "webhook-failing");

    receiver.behave(accept);
    await page.getByRole("link", { name: "database.provisioned" }).click();
    await page.getByRole("button", { name: "Redeliver" }).click();
    await page.getByText("Attempt 1: answered 204").waitFor();
    const again = receiver.at("/failing").filter(({ body }) => isOurs(body));
    expect(again).toHaveLength(3);
    expect(new Set(again.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const message of again) verified(message, watched.secret);
    expect(watched.faults).toEqual([]);
  });

  test("a rotated secret is shown once, and both sign", async () => {
    receiver.behave(accept);
    const watched = await withEndpoint("/rotated");
    const { page, secret } = watched;
    await page.getByRole("link", { name: "Copied: send a test" }).click();
    await page.getByRole("button", { name: "Rotate the secret" }).click();
    await page.getByRole("heading", { name: "The new secret" }).waitFor();
    const next = (await page.locator("#webhook-secret").textContent()) ?? "";
    expect(next).toMatch(/^whsec_/);
    expect(next).not.toBe(secret);
    await checkState(watched, "webhook-rotated");
    await page.getByRole("link", { name: "I have copied it" }).click();
    expect(await page.content()).not.toContain(next);
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Attempt 1: answered 204").waitFor();
    const [message] = receiver.at("/rotated");
    if (!message) throw new Error("Nothing was received");
    verified(message, secret);
    verified(message, next);
  });

  test("an endpoint that was switched off for failing is enabled, and one is revoked", async () => {
    receiver.behave(answerWith(500));
    const watched = await withEndpoint("/off");
    const { page } = watched;
    await page.getByRole("link", { name: "Copied: send a test" }).click();
    const place = new URL(page.url()).pathname;
    await world.store("UPDATE webhook_endpoints SET disabled_at = now() WHERE id = $1", [
      place.split("/").at(-1),
    ]);
    await page.reload();
    await page.getByText("It has only failed for five days").waitFor();
    await checkState(watched, "webhook-disabled");
    await page.getByRole("button", { name: "Enable it" }).click();
    await page.getByText("The endpoint is enabled").waitFor();
    await page.getByRole("link", { name: "Revoke this endpoint…" }).click();
    await checkPage(watched, "webhook-revoke");
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByText("The endpoint is revoked").waitFor();
    expect(await page.getByRole("button", { name: "Send a test" }).count()).toBe(0);
    await checkState(watched, "webhook-revoked");
    const [row] = await until(
      () =>
        world.store("SELECT revoked_at FROM webhook_endpoints WHERE id = $1", [
          place.split("/").at(-1),
        ]),
      ([found]) => found?.revoked_at !== null,
    );
    expect(row?.revoked_at).toBeTruthy();
  });

  test("without script everything can still be done", async () => {
    receiver.behave(accept);
    const watched = await browser.open({ javaScriptEnabled: false });
    const { page } = watched;
    await signInWith(watched, world.url, newAddress());
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.getByRole("link", { name: "New endpoint" }).click();
    await page.getByLabel("Address").fill(receiver.url("/plain"));
    await page.getByRole("button", { name: "Make the endpoint" }).click();
    await page.getByRole("link", { name: "Copied: send a test" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Attempt 1: answered 204").waitFor();
    await page.getByRole("button", { name: "Redeliver" }).click();
    await page.getByText("It is sent again").waitFor();
    await until(
      async () => receiver.at("/plain"),
      (found) => found.length === 2,
    );
  });
});
