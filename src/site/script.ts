/**
 * All that runs on the public pages, which can be read without it: samples become tabs, whose choice
 * holds for all of the page and the next visit, and can be copied.
 */
export const script = `(() => {
"use strict";
const groups = [...document.querySelectorAll("[data-samples]")];
const remembered = (() => { try { return localStorage.getItem("language"); } catch { return null; } })();

function choose(language, near) {
  const before = near?.getBoundingClientRect().top;
  for (const group of groups) {
    for (const panel of group.querySelectorAll(".sample")) panel.hidden = panel.dataset.language !== language;
    for (const tab of group.querySelectorAll("[role=tab]")) {
      const chosen = tab.dataset.language === language;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }
  if (near) scrollBy({ top: near.getBoundingClientRect().top - before, behavior: "instant" });
}

for (const group of groups) {
  const panels = [...group.querySelectorAll(".sample")];
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Language");
  for (const panel of panels) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.id = panel.id + "-tab";
    tab.textContent = tab.dataset.language = panel.dataset.language;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => {
      choose(panel.dataset.language, group);
      try { localStorage.setItem("language", panel.dataset.language); } catch {}
    });
    list.append(tab);
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tabs = [...list.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.click();
    next.focus();
  });
  group.dataset.samples = "tabs";
  group.prepend(list);
}
if (groups.length > 0) {
  const languages = [...groups[0].querySelectorAll(".sample")].map((panel) => panel.dataset.language);
  choose(languages.includes(remembered) ? remembered : languages[0]);
}

// Over plain HTTP a browser offers no clipboard; then the buttons stay hidden.
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
})();
`;
