import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Browsing,
  hasBrowser,
  phone,
  startBrowser,
  type Watched,
} from "../support/browser.ts";
import { expectGoodLooks } from "../support/looks.ts";
import { type Begun, begin, type Client, exchange, registerClient } from "../support/oauth.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

/** A client's own server, on another port of this machine. */
let clientServer: Server;
let clientUrl: string;
let worker: PumaWorker;
let browser: Browsing;

function clientPage(path: string): string {
  if (path.startsWith("/frame?")) {
    const src = decodeURIComponent(path.slice("/frame?".length));
    return `<!doctype html><iframe id="framed" src="${src.replaceAll("&", "&amp;")}"></iframe>`;
  }
  return `<!doctype html><title>The client</title><p id="opener"></p>
<script>document.getElementById("opener").textContent = window.opener ? "opened by us" : "alone"</script>`;
}

describe.runIf(hasBrowser("connecting a client"))("in a browser", () => {
  beforeAll(async () => {
    clientServer = createServer(({ url = "/" }, response) => {
      if (url.startsWith("/onward?")) {
        // As clients do that show the end on another of their hosts.
        response.writeHead(302, { location: `${clientUrl.replace("127.0.0.1", "localhost")}/end` });
      } else response.setHeader("content-type", "text/html");
      response.end(clientPage(url));
    });
    await new Promise<void>((resolve) => clientServer.listen(0, "127.0.0.1", resolve));
    clientUrl = `http://127.0.0.1:${(clientServer.address() as AddressInfo).port}`;
    worker = await startPumaWorker();
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
    clientServer.closeAllConnections();
    clientServer.close();
  });

  async function newClient(client_name = "Field notes agent"): Promise<Client> {
    return await registerClient(worker, {
      client_name,
      redirect_uris: [`${clientUrl}/callback`],
    });
  }

  /** What must not happen; the client's own address may be asked for. */
  function faultsOf({ faults }: Watched): string[] {
    return faults.filter((fault) => !fault.startsWith(`request: ${clientUrl}`));
  }

  async function signIn(page: Page, email = `${randomUUID()}@example.com`): Promise<void> {
    await page.getByLabel("Your e-mail address").fill(email);
    await page.getByRole("button", { name: "Mail me a link" }).click();
    await page.getByRole("link", { name: "the mailed link" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async function connect(page: Page, client: Client): Promise<Begun> {
    const begun = begin(worker, client);
    await page.goto(begun.url);
    await signIn(page);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${clientUrl}/callback?*`);
    return begun;
  }

  test("a person signs in by mail, allows a client, and the client has its code", async () => {
    const watched = await browser.open();
    const { page } = watched;
    const client = await newClient();
    const begun = begin(worker, client);
    await page.goto(begun.url);
    await expectGoodLooks(page, "oauth-sign-in");
    await page.getByLabel("Your e-mail address").fill("ada@example.com");
    await page.getByRole("button", { name: "Mail me a link" }).click();
    await expectGoodLooks(page, "oauth-mailed");
    await page.getByRole("link", { name: "the mailed link" }).click();
    await expectGoodLooks(page, "oauth-arrived");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Allow" }).waitFor();
    await expectGoodLooks(page, "oauth-consent");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${clientUrl}/callback?*`);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get("state"), searchParams.get("iss")]).toEqual([begun.state, worker.url]);
    const code = searchParams.get("code") ?? "";
    expect((await exchange(worker, client, begun, code)).status).toBe(200);
    expect(faultsOf(watched)).toEqual([]);
  });

  test("a client may lead the person on to another of its hosts", async () => {
    const { page } = await browser.open();
    const client = await registerClient(worker, { redirect_uris: [`${clientUrl}/onward`] });
    await page.goto(begin(worker, client).url);
    await signIn(page);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(/\/end$/);
  });

  test("with the keyboard alone, on a phone, a person says no", async () => {
    const watched = await browser.open({ viewport: phone, colorScheme: "dark" });
    const { page } = watched;
    const begun = begin(worker, await newClient());
    await page.goto(begun.url);
    await page.getByLabel("Your e-mail address").focus();
    await page.keyboard.type(`${randomUUID()}@example.com`);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "the mailed link" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Continue" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Deny" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${clientUrl}/callback?*`);
    const { searchParams } = new URL(page.url());
    const told = ["error", "state", "code"].map((name) => searchParams.get(name));
    expect(told).toEqual(["access_denied", begun.state, null]);
    expect(faultsOf(watched)).toEqual([]);
  });

  test("a second client needs no second mail", async () => {
    const { page } = await browser.open();
    await connect(page, await newClient());
    await page.goto(begin(worker, await newClient("Another agent")).url);
    await page.getByRole("heading", { name: "Let “Another agent” use your memory?" }).waitFor();
  });

  test("a hostile name is text, and a long one fits on a phone", async () => {
    const watched = await browser.open({ viewport: phone });
    const { page } = watched;
    const name = `<img src=x onerror=alert(1)>${"W".repeat(150)}`;
    await page.goto(begin(worker, await newClient(name)).url);
    await signIn(page);
    await page.getByRole("button", { name: "Allow" }).waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await expectGoodLooks(page, "oauth-consent-hostile");
    expect(faultsOf(watched)).toEqual([]);
  });

  test("another site cannot show the consent page in a frame of its own", async () => {
    const { page } = await browser.open();
    await connect(page, await newClient());
    const { url } = begin(worker, await newClient());
    await page.goto(url);
    await page.getByRole("button", { name: "Allow" }).waitFor();
    await page.goto(`${clientUrl}/frame?${encodeURIComponent(url)}`);
    const frame = await (await page.locator("#framed").elementHandle())?.contentFrame();
    await frame?.waitForLoadState().catch(() => {});
    expect(await frame?.getByRole("button", { name: "Allow" }).count()).toBe(0);
  });

  test("a client that opened a window still has it at the end", async () => {
    const { page } = await browser.open();
    await page.goto(`${clientUrl}/`);
    const { url } = begin(worker, await newClient());
    const opening = page.waitForEvent("popup");
    await page.evaluate(`window.open(${JSON.stringify(url)})`);
    const popup = await opening;
    await signIn(popup);
    await popup.getByRole("button", { name: "Allow" }).click();
    await popup.waitForURL(`${clientUrl}/callback?*`);
    expect(await popup.locator("#opener").textContent()).toBe("opened by us");
  });

  test("a person sees the connected apps and disconnects one", async () => {
    const watched = await browser.open();
    const { page } = watched;
    await connect(page, await newClient());
    await page.goto(`${worker.url}/account/clients`);
    await page.getByText("Field notes agent").first().waitFor();
    await expectGoodLooks(page, "oauth-clients");
    await page.getByRole("button", { name: "Disconnect Field notes agent" }).click();
    await page.getByText("No app is connected to this account.").waitFor();
    await expectGoodLooks(page, "oauth-clients-none");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.goto(`${worker.url}/account/clients`);
    await page.getByLabel("Your e-mail address").waitFor();
    expect(faultsOf(watched)).toEqual([]);
  });

  test("what goes wrong is said on a page that is as readable", async () => {
    const { page } = await browser.open();
    const client = await newClient();
    await page.goto(begin(worker, client, { code_challenge_method: "plain" }).url);
    await page.getByRole("heading", { name: "This app cannot be connected" }).waitFor();
    await expectGoodLooks(page, "oauth-refused");
    await page.goto(`${worker.url}/oauth/continue/0123456789abcdef`);
    await expectGoodLooks(page, "oauth-continue-lost");
  });
});
