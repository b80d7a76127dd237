/** The one style sheet of all pages: system fonts, two colour schemes, 320 px and up. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --raised: #ffffff; --sunk: #f3f1eb; --line: #dedad0; --edge: #8f887a;
  --ink: #1f1c17; --soft: #5f594e; --accent: #9a4a06; --accent-ink: #ffffff; --wash: #fbefdf;
  --good: #1c6b3c; --good-wash: #e3f4e8; --bad: #a3221d; --bad-wash: #fce9e7;
  --name: #7a3e9d; --text: #1c6b3c; --number: #9a4a06; --word: #1f5fa8; --mute: #6b6558;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Noto Serif", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16140f; --raised: #1e1b16; --sunk: #25221b; --line: #38342b; --edge: #8a8273;
    --ink: #efebe2; --soft: #b3ab9b; --accent: #f0a85a; --accent-ink: #1b1307; --wash: #33250f;
    --good: #7fd6a0; --good-wash: #14301f; --bad: #ff9d94; --bad-wash: #3d1a17;
    --name: #d3a6ef; --text: #8fd6a5; --number: #f0a85a; --word: #8fc1ff; --mute: #a29a8a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 var(--sans); }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: .06em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
code, pre, kbd, .mono { font-family: var(--mono); font-size: .9em; }
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
section > h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; }
.skip { position: absolute; left: -100vw; top: .5rem; background: var(--raised); padding: .5rem 1rem; }
.skip:focus { left: .5rem; z-index: 2; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.bar, main, .foot { width: 100%; max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
.wide main, .wide .bar, .wide .foot { max-width: 90rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; padding-top: .9rem;
  padding-bottom: .9rem; }
.brand { display: inline-flex; align-items: center; gap: .5rem; font-weight: 700; color: var(--ink);
  text-decoration: none; letter-spacing: -.01em; margin-right: auto; }
.brand img { width: 1.6rem; height: 1.6rem; }
.bar nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; }
.bar nav a { color: var(--soft); text-decoration: none; padding: .25rem 0; }
.bar nav a:hover, .bar nav a[aria-current] { color: var(--accent); text-decoration: underline; }
.until { color: var(--soft); font-size: .9rem; }
main { flex: 1; padding-top: 1rem; padding-bottom: 3rem; }
.foot { border-top: 1px solid var(--line); padding-top: 1rem; padding-bottom: 2rem; color: var(--soft);
  font-size: .875rem; display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; }
.foot:empty { border: 0; }
.foot p { margin: 0; flex: 1 1 20rem; }
.crumb { margin: 0; color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
h1.title { font: 650 1.75rem/1.2 var(--serif); margin: .15rem 0 1rem; letter-spacing: -.01em; }
.tools { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 0 1rem; margin-bottom: 1.25rem;
  border-bottom: 1px solid var(--line); }
.tabs { display: flex; gap: .25rem; margin-right: auto; }
.tabs a { padding: .55rem .8rem; color: var(--soft); text-decoration: none; border-bottom: 3px solid transparent;
  margin-bottom: -1px; }
.tabs a:hover { color: var(--ink); }
.tabs a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.tools .act { padding: .55rem 0; }
button, .button { display: inline-block; font: 600 1rem/1.2 var(--sans); padding: .7rem 1.1rem;
  border-radius: .5rem; border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink);
  cursor: pointer; text-decoration: none; }
button.quiet, .button.quiet { background: transparent; color: var(--ink); border-color: var(--edge); }
button.small { padding: .4rem .75rem; font-size: .875rem; }
button:hover, .button:hover { filter: brightness(1.08); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1rem 0; }
form { margin: 0; }
.note { border-left: 4px solid var(--accent); background: var(--wash); padding: .7rem 1rem; margin: 0 0 1.25rem;
  border-radius: 0 .4rem .4rem 0; overflow-wrap: anywhere; }
.note.good { border-color: var(--good); background: var(--good-wash); }
.note.bad { border-color: var(--bad); background: var(--bad-wash); }
.note p { margin: 0; }
.card { background: var(--raised); border: 1px solid var(--line); border-radius: .7rem; overflow: hidden; }
.meta { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; margin: 1.25rem 0 0; font-size: .875rem; color: var(--soft); }
.meta div { display: flex; gap: .45rem; min-width: 0; }
.meta dt { flex: none; } .meta dd { margin: 0; color: var(--ink); overflow-wrap: anywhere; }
.fields { margin: 0; }
.fields > div { display: grid; grid-template-columns: minmax(7rem, 14rem) minmax(0, 1fr); gap: .25rem 1.25rem;
  padding: .8rem 1.1rem; }
.fields > div + div { border-top: 1px solid var(--line); }
.fields dt { font: 600 .875rem/1.7 var(--mono); color: var(--soft); overflow-wrap: anywhere; }
.fields dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.string { white-space: pre-wrap; }
.value { font-family: var(--mono); font-size: .9em; } .number { color: var(--number); } .word { color: var(--word); }
.empty { color: var(--mute); font-style: italic; }
.tree { list-style: none; margin: .2rem 0 0; padding: 0 0 0 1rem; border-left: 1px solid var(--line); }
.tree > li { padding: .1rem 0; }
.tree .key { font: .875rem/1.5 var(--mono); color: var(--name); }
summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
pre { margin: 0; padding: 1rem 1.1rem; overflow: auto; tab-size: 2; line-height: 1.5; }
pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
.hljs-comment, .hljs-quote, .hljs-meta { color: var(--mute); font-style: italic; }
.hljs-keyword, .hljs-literal, .hljs-selector-tag, .hljs-type, .hljs-tag, .hljs-name { color: var(--word); }
.hljs-string, .hljs-regexp, .hljs-addition { color: var(--text); }
.hljs-number, .hljs-symbol, .hljs-bullet, .hljs-link, .hljs-deletion { color: var(--number); }
.hljs-attr, .hljs-attribute, .hljs-title, .hljs-section, .hljs-built_in, .hljs-variable { color: var(--name); }
.prose { font: 1.0938rem/1.65 var(--serif); max-width: 44rem; overflow-wrap: anywhere; }
.prose > :first-child { margin-top: 0; } .prose > :last-child { margin-bottom: 0; }
.prose h1, .prose h2, .prose h3, .prose h4, .prose h5, .prose h6 { margin: 2em 0 .6em; font-weight: 650; }
.prose h1 { font-size: 1.6rem; } .prose h2 { font-size: 1.35rem; } .prose h3 { font-size: 1.15rem; }
.prose h4, .prose h5, .prose h6 { font-size: 1rem; }
.prose p, .prose ul, .prose ol, .prose blockquote, .prose pre, .prose .scroll { margin: 0 0 1.1em; }
.prose li + li { margin-top: .3em; } .prose ul, .prose ol { padding-left: 1.4rem; }
.prose blockquote { margin-left: 0; padding-left: 1.1rem; border-left: 3px solid var(--line); color: var(--soft); }
.prose code { background: var(--sunk); padding: .12em .35em; border-radius: .25rem; font-size: .84em; }
.prose pre { background: var(--sunk); border-radius: .5rem; font-size: .9rem; }
.prose pre code { background: none; padding: 0; font-size: .94em; }
.prose hr { border: 0; border-top: 1px solid var(--line); margin: 2.2em 0; }
.prose table { font: .9375rem/1.5 var(--sans); }
.prose .center { text-align: center; } .prose .right { text-align: right; }
.sheet { padding: 1.5rem 1.75rem; }
.scroll { overflow: auto; border: 1px solid var(--line); border-radius: .6rem; background: var(--raised); }
.scroll.tall { max-height: 80vh; }
table { border-collapse: separate; border-spacing: 0; font-size: .9rem; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .85rem; border-bottom: 1px solid var(--line); }
tr:last-child > td, tr:last-child > th { border-bottom: 0; }
thead th { position: sticky; top: 0; background: var(--sunk); font: 600 .8125rem/1.5 var(--mono); color: var(--soft);
  white-space: nowrap; z-index: 1; border-bottom: 1px solid var(--line); }
.rows td div { width: max-content; max-width: 22rem; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
.rows tr > :first-child { padding-right: .25rem; }
.rows tbody th { color: var(--mute); font-weight: 400; font-variant-numeric: tabular-nums; text-align: right; }
.rows .quiet { color: var(--soft); white-space: nowrap; font-size: .8125rem; }
.rows tbody tr:hover > * { background: var(--wash); }
.find { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin-bottom: .9rem; color: var(--soft); }
input[type=email] { font: inherit; width: 100%; color: var(--ink); background: var(--raised);
  border: 1px solid var(--edge); border-radius: .5rem; padding: .7rem .85rem; }
input[aria-invalid=true] { border-color: var(--bad); }
input[type=search] { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--edge);
  border-radius: .5rem; padding: .5rem .75rem; width: min(22rem, 100%); }
label { display: block; font-weight: 600; margin-bottom: .4rem; }
textarea { display: block; width: 100%; min-height: 16rem; resize: vertical; padding: .9rem 1rem; color: var(--ink);
  background: var(--raised); border: 1px solid var(--edge); border-radius: .6rem; font: .9375rem/1.55 var(--mono);
  tab-size: 2; }
textarea[aria-invalid=true] { border-color: var(--bad); }
textarea.reading { font-family: var(--serif); font-size: 1.0625rem; }
.hint { color: var(--soft); font-size: .9rem; margin: .5rem 0 0; }
.problem { color: var(--bad); font-weight: 600; margin: .5rem 0 0; overflow-wrap: anywhere; }
.problem pre { padding: .5rem 0 0; font-weight: 400; color: var(--ink); }
.sides { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); align-items: start; }
.sides > * { min-width: 0; } .sides h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
.sides pre { max-height: 32rem; }
.versions { list-style: none; margin: 0; padding: 0; }
.versions li { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; padding: .65rem 1.1rem; }
.versions li + li { border-top: 1px solid var(--line); }
.versions li > :first-child { font-weight: 600; } .versions .when { color: var(--soft); margin-right: auto; }
.diff { font: .875rem/1.55 var(--mono); padding: .5rem 0; margin: 0; overflow: auto; }
.diff div { padding: 0 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.55em; }
.diff ins, .diff del { text-decoration: none; display: block; padding: 0 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.55em; }
.diff ins { background: var(--good-wash); color: var(--good); } .diff del { background: var(--bad-wash); color: var(--bad); }
.diff .gap { color: var(--mute); padding: .3rem 1.1rem; font-family: var(--sans); }
.alone { max-width: 34rem; padding-top: 8vh; } .alone h1 { font: 650 1.75rem/1.2 var(--serif); }
.lead { font: 1.25rem/1.55 var(--serif); color: var(--soft); max-width: 40rem; margin: 0 0 1.75rem; text-wrap: pretty; }
.hero { padding: 7vh 0 2.5rem; } .hero h1 { font: 650 clamp(2.1rem, 6vw, 3.4rem)/1.08 var(--serif); letter-spacing: -.02em;
  margin: 0 0 1.1rem; max-width: 20ch; }
.tiles { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); margin: 2rem 0; }
.tile { background: var(--raised); border: 1px solid var(--line); border-radius: .7rem; padding: 1.2rem 1.3rem; }
.tile h2 { font-size: 1.05rem; margin: 0 0 .4rem; } .tile p { margin: 0; color: var(--soft); }
.article { max-width: 46rem; }
.ref { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2.5rem; align-items: start; }
.ref > nav { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; font-size: .875rem; }
.ref > nav h2 { font-size: .8125rem; color: var(--soft); margin: 1.1rem 0 .3rem; }
.ref > nav ul { list-style: none; margin: 0; padding: 0; } .ref > nav a { display: block; padding: .2rem 0; text-decoration: none; overflow-wrap: anywhere; }
.op { border-top: 1px solid var(--line); padding: 1.6rem 0 1rem; } .op h3 { margin: 0 0 .4rem; font-size: 1.15rem; }
.op h4 { font-size: .875rem; margin: 1.2rem 0 .4rem; color: var(--soft); }
.route { font-family: var(--mono); font-size: .9375rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
.verb { display: inline-block; font: 700 .75rem/1 var(--mono); padding: .35rem .5rem; border-radius: .3rem; margin-right: .5rem;
  background: var(--wash); color: var(--accent); }
.op th { width: 11rem; } .op table { table-layout: fixed; } .op td { overflow-wrap: anywhere; }
.op pre { background: var(--sunk); border-radius: .5rem; font-size: .875rem; }
@media (max-width: 52rem) { .ref { display: block; } .ref > nav { position: static; max-height: 15rem; margin-bottom: 2rem;
  border: 1px solid var(--line); border-radius: .6rem; padding: 0 1rem 1rem; } }
@media (max-width: 36rem) {
  .op th { width: 7.5rem; }
  .bar, main, .foot { padding-left: 1rem; padding-right: 1rem; }
  h1.title { font-size: 1.45rem; }
  .fields > div { grid-template-columns: minmax(0, 1fr); padding: .7rem .9rem; }
  .sheet { padding: 1.1rem 1rem; } .tabs { width: 100%; overflow-x: auto; } .tabs a { padding: .6rem .65rem; }
  .tools .act { padding: 0 0 .6rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { .tools, .foot form, .bar nav { display: none; } body { background: #fff; color: #000; } }
`;
