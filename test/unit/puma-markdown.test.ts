import { describe, expect, test } from "vitest";
import { highlighted } from "../../src/puma/pages/highlight.ts";
import { markdownHtml } from "../../src/puma/pages/markdown.ts";
import { startProcessorClock } from "../support/processor-clock.ts";

const render = (text: string) => String(markdownHtml(text));

/** The names of the elements and attributes of a piece of HTML that the renderer wrote. */
function namesIn(html: string): { elements: Set<string>; attributes: Set<string> } {
  const elements = new Set<string>();
  const attributes = new Set<string>();
  for (const [, name = "", rest = ""] of html.matchAll(
    /<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/g,
  )) {
    elements.add(name);
    for (const [, attribute = ""] of rest.matchAll(/([a-z-]+)(?:="[^"]*")?/g))
      attributes.add(attribute);
  }
  return { elements, attributes };
}

describe("Markdown of strangers", () => {
  test.each([
    ["<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"],
    ["<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"],
    ["[a](javascript:x)", "<p>[a](javascript:x)</p>\n"],
    ["[a](/docs)", "<p>[a](/docs)</p>\n"],
    ["[a](//x.example)", "<p>[a](//x.example)</p>\n"],
    ["[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"],
    [
      "[a](https://x.example/?a=1&b=2)",
      '<p><a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow ugc">a</a></p>\n',
    ],
    [
      "![a<b](https://x.example/p.png)",
      '<p><a href="https://x.example/p.png" rel="noopener noreferrer nofollow ugc">a&lt;b (picture)</a></p>\n',
    ],
    ["| a |\n|--:|\n| 1 |", expect.stringContaining('<td class="right">1</td>')],
    ['```"><script>\nx\n```', '<pre tabindex="0"><code>x\n</code></pre>'],
    ["```js\nconst a = '<b>';\n```", expect.stringContaining("&#x27;&lt;b&gt;&#x27;")],
  ])("%j", (text, html) => {
    expect(render(text)).toEqual(html);
  });

  test("writes only elements and attributes that do nothing", () => {
    const pieces = [
      "<img src=x onerror=a>",
      "[x](",
      "javascript:a",
      ")",
      "![",
      '](https://e.example/"onx=1)',
      "`",
      "```js\n",
    ];
    const more = [
      "\n\n",
      "> ",
      "- ",
      "# ",
      "| a | b |\n|---|---|\n",
      "<svg onload=a>",
      "&lt;",
      "\\",
      "**",
      "<a href=x>",
      "http://a.example/<b>",
      '"',
    ];
    const all = [...pieces, ...more];
    let seed = 11;
    for (let round = 0; round < 3_000; round++) {
      let text = "";
      for (let part = 0; part < 8; part++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        text += all[seed % all.length];
      }
      const { elements, attributes } = namesIn(render(text));
      for (const name of ["script", "img", "svg", "iframe", "style", "form", "object", "base"]) {
        expect([text, elements.has(name)]).toEqual([text, false]);
      }
      const allowed = ["href", "rel", "title", "class", "tabindex", "role", "aria-label", "start"];
      expect([text, [...attributes].filter((name) => !allowed.includes(name))]).toEqual([text, []]);
    }
  });

  test.each([
    ["quotes in quotes", ">".repeat(60_000)],
    ["quotes and lists", "> - ".repeat(15_000)],
    ["open brackets", "[".repeat(60_000)],
    ["open pictures", "![".repeat(30_000)],
    ["open emphasis", "*a".repeat(30_000)],
    ["crossing emphasis", "*a_ ".repeat(15_000)],
    ["crossing strikes", "~a~~ ".repeat(12_000)],
    ["backticks", "`a``".repeat(15_000)],
    ["addresses", "http://".repeat(8_000)],
    ["blanks", `a${" ".repeat(60_000)}b`],
    ["definitions", `${"[a]: b\n".repeat(8_000)}[a]`],
  ])("of the largest size takes no time to speak of: %s", (_, text) => {
    const processorMs = startProcessorClock();
    render(text);
    expect(processorMs()).toBeLessThan(3_000);
  });
});

test("code of an unknown language, or too long to colour, is shown plain", () => {
  expect(highlighted("<b>", "klingon")).toBe("&lt;b&gt;");
  expect(highlighted("<b>", "__proto__")).toBe("&lt;b&gt;");
  expect(highlighted("1;".repeat(30_000), "javascript")).not.toContain("<span");
});

test.each([
  ["one word", "a".repeat(60_000)],
  ["long lines of it", `${"a".repeat(290)}\n`.repeat(68)],
  ["empty lines", "\n".repeat(60_000)],
  ["dollars", "$".repeat(60_000)],
])("code of no sense takes no time to speak of: %s", (_, code) => {
  for (const language of ["cpp", "ini", "java", "typescript", "bash"]) {
    const processorMs = startProcessorClock();
    highlighted(code, language);
    expect([language, processorMs() < 3_000]).toEqual([language, true]);
  }
});
