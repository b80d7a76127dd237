import { expect, test } from "vitest";
import { ownNaughtyStrings, scriptMark } from "../support/naughty-strings.ts";
import { runsScript } from "../support/reflected.ts";

/** The search for script in answers, with which the tests of bad input judge every page. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

test("script that a page repeats as it was sent is found", () => {
  const mark = `${scriptMark}()`;
  for (const page of [
    `<p><script>${mark}</script></p>`,
    `<p><img src=x onerror=${mark}></p>`,
    `<input value=""><svg/onload=${mark}>">`,
    `<input value="" onfocus="x" autofocus=${mark}>`,
    `<a href="javascript:${mark}">x</a>`,
    `<script nonce="x">const told = "${mark}";</script>`,
  ]) {
    expect([page, runsScript(page)]).toEqual([page, true]);
  }
});

test("what is shown as text is no script", () => {
  for (const text of ownNaughtyStrings.scripts ?? []) {
    const page = `<p>${escaped(text)}</p><input value="${escaped(text)}"><p>after</p>`;
    expect([page, runsScript(page)]).toEqual([page, false]);
  }
});
