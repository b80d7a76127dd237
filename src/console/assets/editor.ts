import { highlightCharsMax, tokenKinds, tokenSource } from "../blueprints/highlight.ts";

/**
 * The SQL editor: a plain textarea, over a layer that shows the same text in colours. What is typed
 * is checked a moment later: the form is sent to `data-check`, and of the answered page the findings
 * and the variables are taken. The codes that are found stand behind their lines in the layer.
 */
export const editorScript = `(() => {
"use strict";
const shape = new RegExp(${JSON.stringify(tokenSource)}, "gi");
const kinds = ${JSON.stringify(tokenKinds)};
const quietMs = 500;

function piece(kind, text) {
  if (!kind) return document.createTextNode(text);
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

function tokens(text) {
  const found = [];
  let last = 0;
  for (const match of text.matchAll(shape)) {
    if (match.index > last) found.push([null, text.slice(last, match.index)]);
    found.push(["t-" + kinds.find((kind) => match.groups[kind] !== undefined), match[0]]);
    last = match.index + match[0].length;
  }
  found.push([null, text.slice(last)]);
  return found;
}

function start(box) {
  const area = box.querySelector("textarea");
  const layer = document.createElement("pre");
  layer.setAttribute("aria-hidden", "true");
  layer.className = "code";
  const sheet = layer.appendChild(document.createElement("code"));
  box.prepend(layer);
  let timer, turn = 0, marks;

  function readMarks() {
    marks = new Map();
    for (const found of document.querySelectorAll("#findings [data-line]")) {
      const line = Number(found.dataset.line);
      const mark = marks.get(line) ?? { kind: found.className, codes: [] };
      if (!mark.codes.includes(found.dataset.code)) mark.codes.push(found.dataset.code);
      marks.set(line, mark);
    }
  }

  function paint() {
    const text = area.value;
    const isOn = text.length <= ${highlightCharsMax};
    box.classList.toggle("on", isOn && text !== "");
    const parts = [];
    let line = 1;
    const end = () => {
      const mark = marks.get(line++);
      if (mark) parts.push(piece("mark " + mark.kind, mark.codes.join(", ")));
    };
    for (const [kind, whole] of isOn ? tokens(text) : []) {
      whole.split("\\n").forEach((part, at) => {
        if (at > 0) {
          end();
          parts.push(document.createTextNode("\\n"));
        }
        if (part !== "") parts.push(piece(kind, part));
      });
    }
    end();
    parts.push(document.createTextNode("\\n"));
    sheet.replaceChildren(...parts);
    follow();
  }

  function follow() {
    sheet.style.transform = "translate(" + -area.scrollLeft + "px," + -area.scrollTop + "px)";
  }

  async function check() {
    const mine = ++turn;
    const body = new URLSearchParams(new FormData(area.form));
    const answer = await fetch(box.dataset.check, { method: "POST", body });
    if (mine !== turn || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== turn) return;
    for (const id of ["findings-said", "findings", "variables"]) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (!old || !fresh || old.contains(document.activeElement)) continue;
      old.replaceChildren(...document.adoptNode(fresh).childNodes);
    }
    readMarks();
    paint();
  }

  area.form.addEventListener("input", (event) => {
    if (event.target === area) paint();
    turn++;
    clearTimeout(timer);
    timer = setTimeout(() => check().catch(() => {}), quietMs);
  });
  area.addEventListener("scroll", follow);
  readMarks();
  paint();
}

for (const box of document.querySelectorAll("[data-editor]")) start(box);
})();
`;
