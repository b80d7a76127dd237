import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Browsing,
  hasBrowser,
  phone,
  startBrowser,
  type Watched,
} from "../support/browser.ts";
import { expectGoodLooks, scrollsSideways } from "../support/looks.ts";
import { type Account, newAccount } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

let worker: PumaWorker;
let account: Account;
let browser: Browsing;

const memory = {
  title: "Spring release plan",
  status: "open",
  priority: 2,
  done: false,
  owner: null,
  tags: ["release", "api", "docs"],
  summary:
    "Ship links and pages first. Then the connector.\nNothing goes out before the limits are measured twice.",
  budget: { currency: "EUR", amount: 12_500.5, by_month: { march: 4_000, april: 8_500.5 } },
  steps: [
    { what: "write", days: 3 },
    { what: "measure", days: 1 },
  ],
};

const essay = `# How memory works here

A row keeps its **last ten versions**. Changing one archives what was there, so a mistake is never final.

- Links work for fifteen minutes
- They can be [ended early](https://example.com/ending)
  - from the page
  - or over the API

> Nothing behind a link runs. It is data, not instructions.

\`\`\`js
// A row is plain JSON.
const answer = await fetch(\`\${url}/v1/notes\`, { headers: { authorization: key } });
console.log((await answer.json()).rows.length > 40 ? "many" : "few");
\`\`\`

| Limit | Value |
| --- | ---: |
| Tables | 20 |
| Rows in a table | 1,000 |

1. First \`add\`
2. then *query*

![a chart](https://example.com/chart.png)
`;

async function linkTo(path: string, body: unknown): Promise<{ view: string; download: string }> {
  const made = await account.post(path, body);
  if (made.status !== 200) throw new Error(made.text);
  return { view: made.body.viewer_url, download: made.body.download_url };
}

const rowLink = (id: string) => linkTo("/v1/_row_links", { table: "plans", id });
const textLink = (id: string, more = {}) =>
  linkTo("/v1/_text_field_links", { table: "docs", id, field: "body", ...more });

async function expectGood({ page, faults }: Watched, name: string): Promise<void> {
  expect(faults).toEqual([]);
  await expectGoodLooks(page, name);
}

describe.runIf(hasBrowser("viewing and editing through links"))("in a browser", () => {
  beforeAll(async () => {
    worker = await startPumaWorker();
    account = await newAccount(worker);
    browser = await startBrowser(worker.url);
  });
  afterAll(async () => {
    await browser.stop();
    await worker.stop();
  });

  test("a row is read, edited, saved, compared and restored", async () => {
    const row = await account.add("plans", memory);
    const { view } = await rowLink(row.id);
    const watching = await browser.open();
    const { page } = watching;
    await page.goto(view);
    await page.getByRole("heading", { name: "Spring release plan" }).waitFor();
    await expectGood(watching, "row");
    await page.getByRole("link", { name: "Raw" }).click();
    await page.getByRole("button", { name: "Copy" }).waitFor();
    await expectGood(watching, "row-raw");

    await page.getByRole("link", { name: "Edit" }).click();
    const editor = page.getByLabel("The row's fields, as JSON");
    expect(JSON.parse(await editor.inputValue())).toEqual(memory);
    await expectGood(watching, "row-edit");
    await editor.fill('{\n  "title": "Summer release plan",\n}');
    await page.getByText("Line 3, column 1: The comma before this } is one too many").waitFor();
    await expectGood(watching, "row-broken");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await account.rows("plans", { filter: { id: row.id } })).toEqual([row]);
    await editor.fill(JSON.stringify({ ...memory, title: "Summer release plan" }));
    await editor.press("Control+s");
    await page.getByText("Saved. What was there before is in the history.").waitFor();
    await page.getByRole("heading", { name: "Summer release plan" }).waitFor();

    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByText('"title": "Spring release plan"').first().waitFor();
    await expectGood(watching, "row-history");
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await page.getByText("Restored.").waitFor();
    expect((await account.rows("plans", { filter: { id: row.id } }))[0].title).toBe(memory.title);
    await expectGood(watching, "row-restored");
  });

  test("two who write at once lose nothing", async () => {
    const row = await account.add("docs", { body: essay });
    const { view } = await textLink(row.id);
    const watching = await browser.open();
    const { page } = watching;
    await page.goto(`${view}?tab=edit`);
    const editor = page.getByLabel("The text of body");
    await editor.fill(essay.replace("last ten", "last dozen"));
    await expectGood(watching, "text-edit");
    const theirs = essay.replace("fifteen minutes", "a quarter of an hour");
    await account.post("/v1/docs/update_row", { id: row.id, patch: { body: theirs } });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Not saved: this changed while you were writing.").waitFor();
    expect(await editor.inputValue()).toContain("last dozen");
    expect(await page.locator("main").textContent()).toContain("a quarter of an hour");
    await expectGood(watching, "conflict");
    await editor.fill(theirs.replace("last ten", "last dozen"));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    const [now] = await account.rows("docs", { filter: { id: row.id } });
    expect(now.body).toBe(theirs.replace("last ten", "last dozen"));
  });

  test("Markdown reads well, and code is coloured", async () => {
    const row = await account.add("docs", { body: essay });
    const watching = await browser.open();
    const { page } = watching;
    await page.goto((await textLink(row.id)).view);
    await page.getByRole("heading", { name: "How memory works here" }).waitFor();
    expect(await page.locator(".hljs-keyword").count()).toBeGreaterThan(1);
    expect(await page.locator("img").count()).toBe(1);
    await expectGood(watching, "markdown");
    const code = await account.add("docs", { body: 'def greet(name):\n    return f"Hi {name}"\n' });
    await page.goto((await textLink(code.id, { filename: "greet.py" })).view);
    await page.locator(".hljs-keyword").first().waitFor();
    await expectGood(watching, "code");
  });

  test("a thousand rows are a table to be searched, in one page", async () => {
    const states = ["open", "done", "waiting"];
    for (let part = 0; part < 10; part++) {
      const operations = Array.from({ length: 100 }, (_, at) => {
        const n = part * 100 + at;
        const about = n % 7 === 0 ? "A longer remark about this task. ".repeat(6) : "Short.";
        const row = { n, title: `Task ${n}`, state: states[n % 3], about, tags: ["a", n], x: null };
        return { action: "add", row };
      });
      await account.post("/v1/tasks/batch", { operations });
    }
    const rows = async (limit: number) =>
      (await linkTo("/v1/_query_links", { table: "tasks", sort: "n", limit })).view;
    const watching = await browser.open();
    const { page } = watching;
    await page.goto(await rows(20));
    await expectGood(watching, "query");
    await page.goto(await rows(1000));
    expect(await page.locator("tbody tr").count()).toBe(1000);
    await page.setViewportSize(phone);
    expect(await scrollsSideways(page)).toBe(false);
    await page.getByLabel("Find in these rows").fill("task 99");
    await page.getByText("11 of 1000").waitFor();
    expect(watching.faults).toEqual([]);
  });

  test("a download saves a file of the name that was asked for", async () => {
    const row = await account.add("docs", { body: "hello" });
    const made = { filename: 'a "b"\n\u00fc.md' };
    const watching = await browser.open({ acceptDownloads: true });
    const { page } = watching;
    await page.goto((await textLink(row.id, made)).view);
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    expect((await coming).suggestedFilename()).toBe("a _b_ \u00fc.md");
    expect(watching.faults).toEqual([]);
  });

  test("nobody needs a mouse, script or a wide screen", async () => {
    const row = await account.add("plans", {
      ...memory,
      [`a_long_${"name_".repeat(20)}`]: "x".repeat(300),
    });
    const { view } = await rowLink(row.id);
    const watching = await browser.open({ viewport: phone, javaScriptEnabled: false });
    const { page } = watching;
    for (const tab of ["view", "raw", "edit", "history"]) {
      await page.goto(`${view}?tab=${tab}`);
      expect([tab, await widthOf(page)]).toEqual([tab, phone.width]);
    }
    await page.goto(`${view}?tab=edit`);
    await page.getByLabel("The row's fields, as JSON").fill('{"title": nothing}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Line 1, column 11: This is no JSON value").waitFor();
    await page.getByLabel("The row's fields, as JSON").fill('{"title": "typed"}');
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Saved.").waitFor();
    expect((await account.rows("plans", { filter: { id: row.id } }))[0].title).toBe("typed");
    await page.goto(view);
    const visited: (string | null)[] = [];
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press("Tab");
      visited.push(await page.locator(":focus").textContent());
    }
    expect(visited.slice(0, 7)).toEqual([
      "Skip to the content",
      "pumaDB",
      "View",
      "Raw",
      "Edit",
      "History",
      "Download",
    ]);
  });

  /** Without scripts in the page there is nothing to ask it, so a picture tells its width. */
  async function widthOf(page: Watched["page"]): Promise<number> {
    const picture = await page.screenshot({ fullPage: true });
    return picture.readUInt32BE(16);
  }

  test("what was stored never runs, wherever it is shown", async () => {
    const attacks = [
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<kbd><img src=x onerror=alert(1)",
      '"><svg onload=alert(1)>',
      "</textarea><script>alert(1)</script>",
      "</title><script>alert(1)</script>",
      "[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,<script>alert(1)</script>)",
      "[d]( java\nscript:alert(1)) [e](vbscript:x) <javascript:alert(1)> [f](//evil.example/x)",
      '![i](javascript:alert(1)) ![j](https://evil.example/x.png"onerror="alert(1)) ![k](data:image/svg+xml,<svg/onload=alert(1)>)',
      '[g](https://evil.example/"onmouseover="alert(1)) [h](https://evil.example "x\\" onclick=alert(1) ")',
      '```html\n<script>alert(1)</script>\n```\n```x"><script>alert(1)</script>\n1\n```',
      "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
      "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe><object data=x></object><base href=//evil.example>",
      "<style>@import '//evil.example/x.css';</style><link rel=stylesheet href=//evil.example/x>",
      "<form action=//evil.example><button>x</button></form><meta http-equiv=refresh content='0;url=//evil.example'>",
      "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
    ];
    const body = attacks.join("\n\n");
    const fields = Object.fromEntries(
      attacks.map((attack) => [attack, [attack, { [attack]: attack }]]),
    );
    const row = await account.add("docs", { body, ...fields });
    const changed = await account.post("/v1/docs/update_row", {
      id: row.id,
      patch: { body: `${body}\n${attacks[0]}` },
    });
    expect(changed.status).toBe(200);
    const names = [...attacks, "x.html", "x.svg", "x.js", "x.json"];
    const pages = [
      (await linkTo("/v1/_row_links", { table: "docs", id: row.id, filename: attacks[1] })).view,
    ];
    for (const filename of names) pages.push((await textLink(row.id, { filename })).view);
    pages.push((await linkTo("/v1/_query_links", { table: "docs", filename: attacks[5] })).view);
    const watching = await browser.open();
    const { page } = watching;
    for (const [at, view] of pages.entries()) {
      const tabs = at < 3 ? ["view", "raw", "edit", "history&version=1"] : ["view"];
      for (const tab of tabs) {
        await page.goto(`${view}?tab=${tab}`);
        const inert = await page.evaluate(`[
          document.scripts.length,
          document.querySelectorAll("iframe, object, embed, svg, base, style, main img, main form[action], meta[http-equiv]").length,
          [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames()).filter((name) => name.startsWith("on")).length,
          [...document.querySelectorAll("main a")].filter((each) => !/^https?:$/.test(each.protocol)).length,
        ]`);
        expect([view, tab, inert]).toEqual([view, tab, [1, 0, 0, 0]]);
      }
    }
    expect(watching.faults).toEqual([]);
    await page.goto(pages[1] ?? "");
    await expectGood(watching, "hostile");
  });

  test("a viewer page takes at most 60 kB without its row", async () => {
    const row = await account.add("plans", {});
    const watching = await browser.open();
    await watching.page.goto((await rowLink(row.id)).view, { waitUntil: "networkidle" });
    const bytes = await watching.transferred();
    console.log(`A viewer page with an empty row: ${bytes} bytes`);
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  // The last one, for the clock is moved for good.
  test("a link that has ended says so, and tells nothing else", async () => {
    const row = await account.add("plans", memory);
    const { view } = await rowLink(row.id);
    const watching = await browser.open();
    const { page } = watching;
    await page.goto(view);
    await worker.moveClock(16 * 60_000);
    expect((await page.reload())?.status()).toBe(410);
    expect(await page.locator("main").textContent()).not.toContain("plan");
    await expectGood(watching, "ended");
  });
});
