import { jsonProblem } from "../links/rules/json-problem.ts";

/**
 * The one script of all pages, which work without it. It tells where JSON is broken while it is
 * written, keeps unsaved text from being left by mistake, narrows long tables and shows times in the
 * reader's zone.
 */
export const script = `"use strict";
(() => {
const jsonProblem = ${jsonProblem.toString()};
const all = (selector) => document.querySelectorAll(selector);

for (const time of all("time[data-local]")) {
  const date = new Date(time.dateTime);
  if (Number.isNaN(date.getTime())) continue;
  const style = time.dataset.local === "time" ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  time.textContent = new Intl.DateTimeFormat(undefined, style).format(date);
}

for (const area of all("textarea[data-json]")) {
  const place = document.getElementById(area.dataset.problem);
  let problem = null;
  const check = () => {
    problem = jsonProblem(area.value);
    if (!problem && !area.value.trim().startsWith("{")) {
      problem = { line: 1, column: 1, index: 0, message: "A row is an object: { … }" };
    }
    area.setAttribute("aria-invalid", problem ? "true" : "false");
    const told = problem ? "Line " + problem.line + ", column " + problem.column + ": " + problem.message : "";
    if (place.textContent !== told) place.textContent = told;
  };
  let waiting;
  area.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(check, 150); });
  if (area.value !== "") check();
  area.form.addEventListener("submit", (event) => {
    check();
    if (!problem) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    area.focus();
    area.setSelectionRange(problem.index, Math.min(problem.index + 1, area.value.length));
  });
}

for (const area of all("textarea[data-guard]")) {
  const saved = area.dataset.guard === "dirty" ? null : area.value;
  let leaving = false;
  area.form.addEventListener("submit", () => { leaving = true; });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && area.value !== saved) event.preventDefault();
  });
}

for (const box of all("[data-find]")) {
  const input = box.querySelector("input");
  const told = box.querySelector("output");
  const rows = [...all("#" + box.dataset.find + " tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, at) => { row.hidden = !texts[at].includes(wanted); if (!row.hidden) shown++; });
    told.textContent = wanted === "" ? "" : shown + " of " + rows.length;
  });
  box.hidden = false;
}

for (const button of all("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
}
})();
`;
