/**
 * All that runs in the browser beside the SQL editor; every page works without it.
 *
 * - `data-swap="id"` on a form: only the element of that id is replaced by the answer. What has
 *   `data-focus` in it gets the focus.
 * - `data-download` on a form: the answer is a file, so the form stays ready.
 * - `data-poll="ms"` on an element with an id: it is fetched anew, so often, from the page at
 *   `data-poll-from`, until it comes without the mark.
 * - `data-tabs="label"`: its sections become tabs.
 * - `data-copy="id"` on a button: copies the text of that element.
 * - `data-local` on a time: it is told in the reader's zone.
 */
export const script = `(() => {
"use strict";
const all = (where, selector) => where.querySelectorAll(selector);

function prepare(where) {
  for (const time of all(where, "time[data-local]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.title = time.dateTime;
    const style = time.dataset.local === "day" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
    time.textContent = new Intl.DateTimeFormat(undefined, style).format(date);
  }
  for (const button of all(where, "button[data-copy]")) button.hidden = false;
  for (const box of all(where, "[data-tabs]:not([data-tabs-on])")) tabs(box);
  for (const element of [...all(where, "[data-poll]"), ...(where.dataset?.poll ? [where] : [])]) poll(element);
}

const chosenTabs = {};
function tabs(box) {
  const panels = [...box.querySelectorAll(".tab-panel")];
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", box.dataset.tabs);
  const buttons = panels.map((panel, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "tab");
    button.id = box.id + "-tab-" + at;
    button.textContent = panel.querySelector("h3").textContent;
    button.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    button.addEventListener("click", () => choose(at));
    list.append(button);
    return button;
  });
  function choose(chosen) {
    chosenTabs[box.id] = chosen;
    panels.forEach((panel, at) => {
      panel.hidden = at !== chosen;
      buttons[at].setAttribute("aria-selected", String(at === chosen));
      buttons[at].tabIndex = at === chosen ? 0 : -1;
    });
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  box.prepend(list);
  box.dataset.tabsOn = "";
  choose(Math.min(chosenTabs[box.id] ?? 0, panels.length - 1));
}

async function pageOf(answer) {
  const text = await answer.text();
  return new DOMParser().parseFromString(text, "text/html");
}

function replace(id, page) {
  const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
  if (!old || !fresh) return false;
  old.replaceWith(document.adoptNode(fresh));
  prepare(fresh);
  return true;
}

function poll(element) {
  const { poll: everyMs, pollFrom: from } = element.dataset;
  setTimeout(async () => {
    if (!element.isConnected) return;
    try {
      const answer = await fetch(from, { redirect: "manual" });
      // Too many requests, or the store is away: later.
      if (answer.status === 429 || answer.status === 503) return poll(element);
      // A redirect is to signing in, and a page without the element is another one by now.
      if (!answer.ok || !replace(element.id, await pageOf(answer))) location.replace(from);
    } catch {
      // The line is down for a moment: ask again later.
      poll(element);
    }
  }, Number(everyMs));
}

async function swap(form, target) {
  const focused = document.activeElement?.id;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (answer.redirected) return location.assign(answer.url);
  if (!replace(target, await pageOf(answer))) return location.reload();
  const fresh = document.getElementById(target);
  const back = fresh.querySelector("[data-focus]") ?? document.getElementById(focused) ?? fresh;
  back?.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  if (form.dataset.download !== undefined) return;
  if (form.dataset.busy) return event.preventDefault();
  form.dataset.busy = "1";
  button?.setAttribute("aria-busy", "true");
  if (!form.dataset.swap) return;
  event.preventDefault();
  swap(form, form.dataset.swap).catch(() => form.submit()).finally(() => {
    delete form.dataset.busy;
    button?.removeAttribute("aria-busy");
  });
});
addEventListener("pageshow", () => {
  for (const form of all(document, "form[data-busy]")) delete form.dataset.busy;
  for (const button of all(document, "button[aria-busy]")) button.removeAttribute("aria-busy");
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  const label = button.firstChild;
  label.textContent = "Copied";
  setTimeout(() => { label.textContent = "Copy"; }, 1500);
});

prepare(document);
const here = document.querySelector(".side nav [aria-current]");
// Where the navigation is one line that scrolls, the place that one is at is in sight.
if (here) here.closest("nav").scrollLeft = here.offsetLeft - innerWidth / 2 + here.offsetWidth / 2;
})();
`;
