/** The console's one style sheet: system fonts, one accent, two colour schemes, 320 px and up. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f7f8f8; --raised: #ffffff; --sunk: #eef1f1; --line: #dfe4e4; --edge: #7d8a8a;
  --ink: #14201f; --soft: #556463; --accent: #0f766e; --accent-ink: #ffffff; --wash: #e1f2f0;
  --good: #176b3a; --good-wash: #e2f4e8; --bad: #a61f1b; --bad-wash: #fdeceb;
  --warn: #8a4b08; --warn-wash: #fdf1df; --shadow: 0 1px 2px rgb(16 32 31 / .06), 0 4px 16px rgb(16 32 31 / .04);
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0e1414; --raised: #151d1d; --sunk: #1c2626; --line: #293636; --edge: #758686;
    --ink: #e6eeed; --soft: #9fb0ae; --accent: #5fd0c3; --accent-ink: #06201d; --wash: #12322f;
    --good: #7cd9a0; --good-wash: #12301f; --bad: #ff9f97; --bad-wash: #3a1917;
    --warn: #f2b968; --warn-wash: #33250f; --shadow: none;
  }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink); font: .9688rem/1.55 var(--sans); }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: .06em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
[hidden] { display: none !important; }
code, pre, kbd, .mono { font-family: var(--mono); font-size: .92em; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; overflow-wrap: anywhere; margin: 0; letter-spacing: -.01em; }
h1 { font-size: 1.6rem; font-weight: 650; } h2 { font-size: 1.0625rem; font-weight: 640; } h3 { font-size: .9688rem; }
p { margin: 0; } .soft { color: var(--soft); } .nowrap { white-space: nowrap; }
.aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100vw; top: .5rem; background: var(--raised); padding: .5rem 1rem; z-index: 3; }
.skip:focus { left: .5rem; }
.icon { flex: none; fill: none; stroke: currentColor; stroke-width: 1.3; stroke-linejoin: round; stroke-linecap: round; }

.shell { display: grid; grid-template-columns: 15.5rem minmax(0, 1fr); min-height: 100vh;
  background: linear-gradient(to right, var(--raised) 15.5rem, var(--line) 15.5rem, var(--line) calc(15.5rem + 1px), transparent 0); }
.side { padding: 1.1rem .9rem; display: flex; flex-direction: column;
  gap: 1.1rem; position: sticky; top: 0; height: 100vh; overflow: auto; }
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 680; color: var(--ink); text-decoration: none; padding: 0 .4rem; }
.brand img { width: 1.75rem; height: 1.75rem; }
.side nav ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .1rem; }
.side nav a { display: flex; align-items: center; gap: .65rem; padding: .45rem .6rem; border-radius: .5rem; color: var(--soft);
  text-decoration: none; font-weight: 520; }
.side nav a:hover { background: var(--sunk); color: var(--ink); }
.side nav a[aria-current] { background: var(--wash); color: var(--accent); }
.side .who { margin-top: auto; border-top: 1px solid var(--line); padding: .9rem .4rem 0; font-size: .875rem; display: grid; gap: .5rem; }
.side .who p { overflow-wrap: anywhere; color: var(--soft); }
.team-menu { position: relative; }
.team-menu > summary { list-style: none; cursor: pointer; display: flex; align-items: center; gap: .5rem; padding: .5rem .6rem;
  border: 1px solid var(--line); border-radius: .55rem; font-weight: 560; }
.team-menu > summary::-webkit-details-marker { display: none; }
.team-menu > summary span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 1; }
.team-menu > summary:hover { border-color: var(--edge); }
.team-menu > div { background: var(--raised); border: 1px solid var(--line); border-radius: .55rem; margin-top: .3rem; padding: .3rem;
  box-shadow: var(--shadow); display: grid; gap: .1rem; }
.team-menu button, .team-menu a { display: block; width: 100%; text-align: left; border: 0; background: none; color: var(--ink);
  font: inherit; padding: .4rem .5rem; border-radius: .4rem; text-decoration: none; overflow-wrap: anywhere; }
.team-menu button:hover, .team-menu a:hover { background: var(--sunk); filter: none; }
.team-menu button[aria-current] { color: var(--accent); font-weight: 600; }
main { padding: 2.2rem clamp(1.1rem, 4vw, 3.2rem) 5rem; max-width: 72rem; width: 100%; }

.head { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; justify-content: space-between; align-items: flex-end; margin-bottom: 1.6rem; }
.head > div:first-child { min-width: 0; max-width: 46rem; }
.back { font-size: .875rem; margin-bottom: .35rem; } .back a { text-decoration: none; } .back a:hover { text-decoration: underline; }
.lead { color: var(--soft); margin-top: .3rem; text-wrap: pretty; }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
.panel { background: var(--raised); border: 1px solid var(--line); border-radius: .85rem; padding: 1.3rem 1.4rem; margin-bottom: 1.25rem;
  box-shadow: var(--shadow); }
.panel.danger { border-color: color-mix(in srgb, var(--bad) 45%, var(--line)); }
.panel-head { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: flex-start; margin-bottom: 1rem; }
.panel-head:last-child { margin-bottom: 0; }
.panel > .table { margin: 0 -1.4rem -1.3rem; border: 0; border-top: 1px solid var(--line); border-radius: 0 0 .85rem .85rem; box-shadow: none; }
.columns { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); align-items: start; }
.columns > * { min-width: 0; } .columns > .panel { margin: 0; } .columns:has(> .panel) { margin-bottom: 1.25rem; } .stack { display: grid; gap: 1.1rem; } .stack > * { min-width: 0; } .stack.tight { gap: .55rem; }
.hint { color: var(--soft); font-size: .875rem; text-wrap: pretty; }
.empty { text-align: center; padding: 3.2rem 1.5rem; background: var(--raised); border: 1px dashed var(--line); border-radius: .85rem; margin-bottom: 1.25rem; }
.panel > .empty { border: 0; padding: 1.5rem 1rem; margin: 0; background: none; }
.empty p { color: var(--soft); max-width: 34rem; margin: .4rem auto 0; } .empty .actions { justify-content: center; margin-top: 1.2rem; }
.note { border-left: 4px solid var(--accent); background: var(--wash); padding: .75rem 1rem; margin-bottom: 1.25rem; border-radius: .2rem .55rem .55rem .2rem;
  overflow-wrap: anywhere; }
.note.good { border-color: var(--good); background: var(--good-wash); }
.note.bad { border-color: var(--bad); background: var(--bad-wash); }
.note.warn { border-color: var(--warn); background: var(--warn-wash); }

button, .button { display: inline-flex; align-items: center; justify-content: center; gap: .4rem; font: 600 .9375rem/1.25 var(--sans); padding: .6rem 1rem;
  border-radius: .55rem; border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); cursor: pointer;
  text-decoration: none; }
button:hover, .button:hover { filter: brightness(1.08); }
button.quiet, .button.quiet { background: var(--raised); color: var(--ink); border-color: var(--line); }
button.quiet:hover, .button.quiet:hover { border-color: var(--edge); filter: none; }
button.danger, .button.danger { background: var(--raised); color: var(--bad); border-color: color-mix(in srgb, var(--bad) 45%, var(--line)); }
button.danger:hover { background: var(--bad-wash); filter: none; }
button.small, .button.small { padding: .35rem .7rem; font-size: .8438rem; }
button[aria-busy=true] { opacity: .65; cursor: progress; }
hr { border: 0; border-top: 1px solid var(--line); margin: 1.2rem 0; } form { margin: 0; } form.inline { display: inline-flex; }
.field { border: 0; margin: 0 0 1.15rem; padding: 0; min-width: 0; max-width: 34rem; }
.field > label, legend { display: block; font-weight: 600; font-size: .9063rem; padding: 0; margin-bottom: .3rem; }
.field .hint { margin-bottom: .4rem; }
input, select, textarea { font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--edge); border-radius: .5rem;
  padding: .5rem .75rem; width: 100%; min-height: 2.6rem; }
input[type=checkbox], input[type=radio] { width: 1.05rem; height: 1.05rem; min-height: 0; margin: .2rem 0 0; accent-color: var(--accent); flex: none; }
input.mono, textarea { font-family: var(--mono); font-size: .9063rem; }
.wrong input, .wrong textarea, .wrong select { border-color: var(--bad); }
.problem { color: var(--bad); font-weight: 560; font-size: .875rem; margin-top: .35rem; overflow-wrap: anywhere; }
.choices { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); }
.choice { display: flex; gap: .6rem; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: .55rem; cursor: pointer; }
.choice:hover { border-color: var(--edge); } .choice:has(:checked) { border-color: var(--accent); background: var(--wash); }
.choice span { display: grid; align-content: start; } .choice small { color: var(--soft); font-size: .8125rem; }
details.more-fields > summary { cursor: pointer; font-weight: 600; font-size: .9063rem; margin-bottom: 1rem; color: var(--accent); }

.table { background: var(--raised); border: 1px solid var(--line); border-radius: .85rem; overflow: hidden; margin-bottom: 1.25rem; box-shadow: var(--shadow); }
table { width: 100%; border-collapse: collapse; font-size: .9063rem; }
th, td { text-align: left; vertical-align: middle; padding: .75rem 1rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th:first-child, td:first-child { padding-left: 1.4rem; } th:last-child, td:last-child { padding-right: 1.4rem; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { background: var(--sunk); color: var(--soft); font-size: .7813rem; font-weight: 600; padding-top: .5rem; padding-bottom: .5rem; white-space: nowrap; }
tbody th { font-weight: 600; } td.number { font-variant-numeric: tabular-nums; } td.acts { text-align: right; white-space: nowrap; }
td.acts form.inline { margin-left: .4rem; } tbody tr:hover > * { background: color-mix(in srgb, var(--sunk) 45%, var(--raised)); }
tbody th a { color: var(--ink); text-decoration: none; } tbody th a:hover { color: var(--accent); text-decoration: underline; }
td time { white-space: nowrap; } .sub { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; }
.badge { display: inline-flex; align-items: center; gap: .4rem; font-size: .8125rem; font-weight: 560; padding: .12rem .6rem; border-radius: 1rem; background: var(--sunk);
  color: var(--soft); white-space: nowrap; }
.badge::before { content: ""; width: .45rem; height: .45rem; border-radius: 50%; background: currentColor; }
.badge.good { background: var(--good-wash); color: var(--good); } .badge.bad { background: var(--bad-wash); color: var(--bad); }
.badge.warn { background: var(--warn-wash); color: var(--warn); } .badge.busy { background: var(--wash); color: var(--accent); }
.badge.busy::before { animation: beat 1.2s ease-in-out infinite; } @keyframes beat { 50% { opacity: .25; } }
.facts { margin: 0; display: grid; gap: .9rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); }
.facts dt { color: var(--soft); font-size: .8125rem; } .facts dd { margin: .1rem 0 0; overflow-wrap: anywhere; }
.copyable { position: relative; margin-bottom: .9rem; } .copyable:last-child { margin-bottom: 0; }
.copyable pre { margin: 0; padding: .8rem 1rem; background: var(--sunk); border-radius: .55rem; overflow: auto; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; }
.copyable pre:has(~ button:not([hidden])) { padding-right: 5.2rem; }
.copyable button { position: absolute; top: .45rem; right: .45rem; }
.tabs { display: flex; gap: .15rem; overflow-x: auto; border-bottom: 1px solid var(--line); margin-bottom: .9rem; }
.tabs button { border: 0; border-radius: 0; background: none; color: var(--soft); padding: .5rem .75rem; font-weight: 560; font-size: .875rem; border-bottom: 2px solid transparent; white-space: nowrap; }
.tabs button[aria-selected=true] { color: var(--ink); border-color: var(--accent); } .tabs button:hover { color: var(--ink); filter: none; }
.tab-panel > h3 { margin: .9rem 0 .4rem; font-size: .8438rem; color: var(--soft); }
[data-tabs-on] .tab-panel > h3 { display: none; }
.meter { display: grid; gap: .3rem; min-width: 11rem; white-space: nowrap; font-size: .8438rem; font-variant-numeric: tabular-nums; }
.meter svg { width: 100%; height: .4rem; border-radius: 1rem; background: var(--sunk); display: block; }
.meter rect { fill: var(--accent); } .meter.warn rect { fill: var(--warn); } .meter.bad rect { fill: var(--bad); }
.meter .of { display: flex; justify-content: space-between; gap: .75rem; color: var(--soft); } .meter .of b { color: var(--ink); font-weight: 560; }
.spark { display: block; width: 100%; height: 4.2rem; } .spark.bare { height: 1.7rem; min-width: 6rem; } .trend .sub { font-size: .75rem; } .spark .line { fill: none; stroke: var(--accent); stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.spark .area { fill: var(--accent); opacity: .12; } .spark-ends { display: flex; justify-content: space-between; color: var(--soft); font-size: .75rem; }
.steps { list-style: none; margin: 0; padding: 0; display: grid; gap: .1rem; }
.steps li { display: flex; gap: .75rem; align-items: center; padding: .4rem 0; color: var(--soft); }
.steps li::before { content: ""; flex: none; width: 1.15rem; height: 1.15rem; border-radius: 50%; border: 2px solid var(--line); }
.steps li.done { color: var(--ink); } .steps li.done::before { background: var(--good); border-color: var(--good); content: "✓"; color: var(--raised); font: 700 .75rem/1rem var(--sans); text-align: center; }
.steps li.now { color: var(--ink); font-weight: 600; } .steps li.now::before { border-color: var(--accent); border-right-color: transparent; animation: turn .9s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }
.more { margin-top: 1rem; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-end; margin-bottom: 1.25rem; } .filters .field { margin: 0; flex: 1 1 11rem; max-width: 16rem; }

.door { min-height: 100vh; display: grid; place-items: center; padding: 2rem 1.1rem; }
.door main { max-width: 26rem; padding: 0; } .door .panel { padding: 2rem 1.9rem; } .door .brand { justify-content: center; margin-bottom: 1.4rem; font-size: 1.0625rem; padding: 0; }
.door h1 { font-size: 1.35rem; margin-bottom: .5rem; } .door p { color: var(--soft); margin-bottom: 1.1rem; overflow-wrap: anywhere; } .door p:last-child { margin: 0; }
.door p strong { color: var(--ink); } .door form button { width: 100%; } .door .problem { color: var(--bad); }

@media (max-width: 60rem) {
  .shell { display: block; background: none; }
  .side { background: var(--raised); position: static; height: auto; border-bottom: 1px solid var(--line); padding: .8rem 1rem 0; gap: .7rem;
    display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, auto); align-items: center; overflow: visible; }
  .side .team-menu { max-width: 11rem; } .team-menu > div { position: absolute; right: 0; z-index: 2; min-width: 13rem; }
  .side nav { grid-column: 1 / -1; margin: 0 -1rem; overflow-x: auto; scrollbar-width: none; }
  .side nav ul { display: flex; padding: 0 .6rem .45rem; width: max-content; } .side nav a { padding: .45rem .65rem; white-space: nowrap; }
  .side .who { display: none; }
  main { padding-top: 1.4rem; }
}
@media (max-width: 44rem) {
  h1 { font-size: 1.35rem; } .panel { padding: 1.1rem 1rem; } .panel > .table { margin: 0 -1rem -1.1rem; }
  .head .actions, .head .actions .button { width: 100%; }
  table, tbody, tbody tr, tbody td, tbody th { display: block; } thead { display: none; }
  tbody tr { padding: .8rem 1rem; border-bottom: 1px solid var(--line); } tbody tr:last-child { border-bottom: 0; }
  tbody tr > * , tbody tr > *:first-child, tbody tr > *:last-child { border: 0; padding: .18rem 0; }
  tbody th { font-size: 1rem; padding-bottom: .35rem; } tbody tr:hover > * { background: none; }
  td[data-name]:not(.acts) { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .1rem .75rem; align-items: baseline; }
  td[data-name]:not(.acts) > * { grid-column: 2; } .filters .field { max-width: none; }
  td[data-name]:not(.acts)::before { grid-area: 1 / 1; content: attr(data-name); color: var(--soft); font-size: .8125rem; }
  td[data-name] > .badge { justify-self: start; } td time { white-space: normal; } .meter { min-width: 0; }
  td.acts { text-align: left; padding-top: .55rem; } td.acts form.inline { margin: 0 .4rem 0 0; } td:empty { display: none; }
}

.fields { margin: 0; display: grid; gap: .9rem; } .fields dt { color: var(--soft); font-size: .8438rem; overflow-wrap: anywhere; }
.fields dd { margin: .15rem 0 0; overflow-wrap: anywhere; } .fields .text { white-space: pre-wrap; }
.fields pre, .panel > pre { margin: 0; padding: .6rem .8rem; background: var(--sunk); border-radius: .55rem; overflow: auto; max-height: 26rem; }
.wide-form .field { max-width: none; } .filters .wide { flex: 1 1 100%; } .filters .wide .field { max-width: 46rem; margin-top: .5rem; } .filters .wide summary { margin: 0; }
.diff { font: .875rem/1.55 var(--mono); margin: 0; overflow: auto; border: 1px solid var(--line); border-radius: .55rem; padding: .4rem 0; margin-bottom: .9rem; }
.diff div, .diff ins, .diff del { display: block; padding: 0 1rem; text-decoration: none; white-space: pre-wrap; overflow-wrap: anywhere; min-height: 1.55em; }
.diff ins { background: var(--good-wash); color: var(--good); } .diff del { background: var(--bad-wash); color: var(--bad); }
.diff ins::before { content: "+ "; } .diff del::before { content: "- "; } .diff .gap { color: var(--soft); font-family: var(--sans); }

.sheet { margin: 0; padding: .8rem 1rem; background: var(--sunk); border-radius: .55rem; overflow: auto; line-height: 1.6; max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.timeline { list-style: none; margin: 0; padding: 0; }
.timeline > li { position: relative; padding: 0 0 1.1rem 1.9rem; overflow-wrap: anywhere; } .timeline > li:last-child { padding-bottom: 0; }
.timeline > li::before { content: ""; position: absolute; left: .1rem; top: .3rem; width: .8rem; height: .8rem; border-radius: 50%; background: var(--raised); border: 2px solid var(--edge); z-index: 1; }
.timeline > li:not(:last-child)::after { content: ""; position: absolute; left: .48rem; top: .9rem; bottom: -.4rem; width: 2px; background: var(--line); }
.timeline > li.good::before { background: var(--good); border-color: var(--good); } .timeline > li.bad::before { background: var(--bad); border-color: var(--bad); }
.timeline > li.next::before { border-style: dashed; border-color: var(--accent); } .timeline b { font-weight: 600; }
.timeline summary { cursor: pointer; color: var(--accent); font-size: .875rem; margin: .25rem 0 .4rem; width: max-content; }
.table.scroll { overflow-x: auto; } .panel > .table.scroll { margin-top: .6rem; } .table.scroll td > span { display: block; max-width: 26rem; }
code.sub { font-family: var(--mono); overflow-wrap: anywhere; } .panel > ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.schema { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); align-items: start; }
.schema details { border: 1px solid var(--line); border-radius: .55rem; padding: .5rem .75rem; min-width: 0; }
.schema summary { cursor: pointer; overflow-wrap: anywhere; } .schema summary .soft { font-size: .8125rem; margin-left: .5rem; }
.schema ul { list-style: none; margin: .4rem 0 0; padding: 0; display: grid; gap: .2rem; } .schema li { overflow-wrap: anywhere; font-size: .9063rem; }
.schema li > .soft { font-size: .8125rem; margin-left: .4rem; }

.code-frame { margin: 0 -1.4rem -1.3rem; border-top: 1px solid var(--line); }
pre.code { margin: 0; font: .875rem/1.6 var(--mono); tab-size: 4; overflow: auto; counter-reset: ln; }
.code-frame pre { padding: .8rem 0; max-height: 36rem; } .code-frame code { display: block; width: max-content; min-width: 100%; font-size: inherit; }
.ln { display: block; padding: 0 1.4rem 0 4.2rem; position: relative; counter-increment: ln; }
.ln::before { content: counter(ln); position: absolute; left: 0; width: 3.1rem; text-align: right; color: var(--soft); user-select: none; }
.diff .ln { padding-left: 1.4rem; } .diff .ln::before { content: none; }
.ln.added { background: var(--good-wash); color: var(--good); } .ln.removed { background: var(--bad-wash); color: var(--bad); } .ln.hunk { background: var(--sunk); color: var(--soft); }
.t-keyword { color: var(--accent); font-weight: 600; } .t-string { color: var(--good); } .t-comment { color: var(--soft); font-style: italic; }
.t-number { color: var(--good); } .t-variable { color: var(--warn); background: var(--warn-wash); border-radius: .2rem; }
.field.wide { max-width: none; }
.editor { position: relative; display: grid; background: var(--raised); border-radius: .5rem; }
.editor > * { grid-area: 1 / 1; min-width: 0; }
.editor textarea, .editor > pre.code { font: .875rem/1.6 var(--mono); font-weight: 400; letter-spacing: 0; tab-size: 4; padding: .7rem .85rem; white-space: pre; overflow: auto; margin: 0; }
.editor textarea { position: relative; background: transparent; resize: vertical; min-height: 12rem; }
.editor > pre.code { display: none; border: 1px solid transparent; overflow: hidden; pointer-events: none; contain: size; }
.editor.on > pre.code { display: block; } .editor.on textarea { -webkit-text-fill-color: transparent; color: transparent; caret-color: var(--ink); }
.editor > pre code { display: block; width: max-content; font-size: inherit; } .editor.on textarea::selection { background: color-mix(in srgb, var(--accent) 30%, transparent); }
@media (forced-colors: active) { .editor > pre.code { display: none; } .editor.on textarea { -webkit-text-fill-color: currentcolor; } }
.editor .t-keyword, .editor .t-comment { font-weight: 400; font-style: normal; }
.editor .mark { margin-left: 2rem; font-size: .8125rem; border-radius: .3rem; padding: .05rem .4rem; background: var(--bad-wash); color: var(--bad); } .editor .mark.warning { background: var(--warn-wash); color: var(--warn); }
.findings { margin-bottom: 1rem; } .findings ul { list-style: none; margin: .6rem 0 0; padding: 0; display: grid; gap: .5rem; max-height: 24rem; overflow: auto; }
.findings li { border-left: 3px solid var(--warn); padding: .3rem .8rem; overflow-wrap: anywhere; font-size: .9063rem; } .findings li.error { border-color: var(--bad); }
.findings .rule { background: var(--warn-wash); color: var(--warn); border-radius: .3rem; padding: .05rem .4rem; } .findings .error .rule { background: var(--bad-wash); color: var(--bad); }
.findings pre.one { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--ink); margin-top: .2rem; }
.variable { border: 0; margin: 0 0 1rem; padding: 0 0 .2rem; min-width: 0; border-bottom: 1px solid var(--line); } .variable:last-child { border: 0; margin-bottom: 0; }
.variable-line { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(8rem, 100%), 1fr)); } .variable-line .field { margin-bottom: .6rem; }
.variable-line.three { grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); } .variable details.more-fields > summary { font-size: .8438rem; margin-bottom: .6rem; }
p.actions { margin-bottom: 1.25rem; } ul.plain { list-style: none; margin: 0; padding: 0; }
@media (max-width: 44rem) { .code-frame { margin: 0 -1rem -1.1rem; } .ln { padding-left: 3.2rem; } .ln::before { width: 2.4rem; } td time { white-space: normal; } }
.subnav { display: flex; flex-wrap: wrap; gap: .15rem; border-bottom: 1px solid var(--line); margin-bottom: 1.25rem; }
.subnav a { padding: .5rem .75rem; color: var(--soft); text-decoration: none; font-weight: 560; font-size: .9063rem; white-space: nowrap; border-bottom: 2px solid transparent; }
.subnav a:hover { color: var(--ink); } .subnav a[aria-current] { color: var(--ink); border-color: var(--accent); }
`;
