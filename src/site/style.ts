/** What pages for reading need beside the console's style sheet. */
export const pageStyle = `
body.site { display: flex; flex-direction: column; }
.site > header, .site > main, .site > footer { width: 100%; max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
.site > header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.5rem; padding-top: 1rem; padding-bottom: 1rem; }
.site > header .brand { margin: 0 auto 0 0; padding: 0; }
.site > header nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.site > header nav a { color: var(--soft); text-decoration: none; padding: .25rem 0; }
.site > header nav a:hover, .site > header nav a[aria-current] { color: var(--accent); text-decoration: underline; }
.site > main { flex: 1; padding-top: 1rem; padding-bottom: 4rem; max-width: 76rem; }
.site > footer { border-top: 1px solid var(--line); padding-top: 1.25rem; padding-bottom: 2rem; color: var(--soft); font-size: .875rem; }
.site pre { margin: 0; padding: 1rem 1.1rem; overflow: auto; background: var(--sunk); border: 1px solid var(--line); border-radius: .6rem;
  font: .8438rem/1.55 var(--mono); tab-size: 4; }
.lead { font-size: 1.15rem; line-height: 1.55; color: var(--soft); max-width: 42rem; margin: 0 0 2rem; text-wrap: pretty; }
.hero { padding: 6vh 0 2rem; } .hero h1 { font-size: clamp(2.2rem, 6vw, 3.6rem); line-height: 1.05; letter-spacing: -.03em; margin: 0 0 1.1rem; max-width: 18ch; }
.hero .go { display: flex; flex-wrap: wrap; gap: .75rem; }
.tiles { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); margin: 2rem 0; }
.tile { background: var(--raised); border: 1px solid var(--line); border-radius: .85rem; padding: 1.3rem 1.4rem; box-shadow: var(--shadow); }
.tile h2 { font-size: 1.05rem; margin: 0 0 .4rem; } .tile p { margin: 0; color: var(--soft); }
.prose { max-width: 46rem; font-size: 1.0313rem; line-height: 1.65; overflow-wrap: anywhere; }
.prose h1 { margin: 0 0 1.2rem; } .prose h2 { font-size: 1.3rem; margin: 2.2em 0 .6em; }
.prose p, .prose ul, .prose ol, .prose pre, .prose .scroll { margin: 0 0 1.1em; } .prose li + li { margin-top: .3em; }
.prose :not(pre) > code { background: var(--sunk); padding: .12em .35em; border-radius: .25rem; font-size: .86em; }
.scroll { overflow: auto; border: 1px solid var(--line); border-radius: .6rem; background: var(--raised); }
.site .scroll table { display: table; min-width: 100%; } .site .scroll tbody { display: table-row-group; } .site .scroll thead { display: table-header-group; }
.site .scroll tr { display: table-row; padding: 0; border: 0; }
.site .scroll th, .site .scroll td { display: table-cell; text-align: left; vertical-align: top; padding: .5rem .85rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.site .scroll tr:last-child > * { border-bottom: 0; }
.ref { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2.5rem; align-items: start; }
.ref > nav { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; font-size: .875rem; }
.ref > nav h2 { font-size: .8125rem; color: var(--soft); margin: 1.1rem 0 .3rem; }
.ref > nav ul { list-style: none; margin: 0; padding: 0; } .ref > nav a { display: block; padding: .25rem 0; text-decoration: none; overflow-wrap: anywhere; }
.ref p code, .ref td code { overflow-wrap: anywhere; }
.op { border-top: 1px solid var(--line); padding: 1.7rem 0 1rem; } .op h3 { margin: 0 0 .4rem; font-size: 1.15rem; }
.op h4 { font-size: .875rem; margin: 1.3rem 0 .4rem; color: var(--soft); } .op th { width: 13rem; } .op .scroll table { table-layout: fixed; }
.route { font-family: var(--mono); font-size: .9063rem; margin: 0 0 .7rem; overflow-wrap: anywhere; }
.verb { display: inline-block; font: 700 .75rem/1 var(--mono); padding: .35rem .5rem; border-radius: .3rem; margin-right: .5rem; background: var(--wash); color: var(--accent); }
.samples { margin: 1rem 0; } .sample { position: relative; margin-bottom: .75rem; } .sample h5 { font-size: .8125rem; margin: .75rem 0 .3rem; color: var(--soft); }
[data-samples=tabs] .sample h5 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[data-samples=tabs] .tabs { margin-bottom: .6rem; }
.sample button { position: absolute; right: .5rem; bottom: .5rem; padding: .3rem .6rem; font-size: .75rem; background: var(--raised); color: var(--ink); border: 1px solid var(--edge); }
@media (max-width: 56rem) { .ref { display: block; } .ref > nav { position: static; max-height: 14rem; margin-bottom: 2rem; border: 1px solid var(--line); border-radius: .6rem; padding: 0 1rem 1rem; } }
@media (max-width: 36rem) { .site > header, .site > main, .site > footer { padding-left: 1rem; padding-right: 1rem; } .op th { width: 8rem; } }
`;
