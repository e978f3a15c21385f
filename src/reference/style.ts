/** The style sheet of `/reference`. Colours follow the system's light or dark theme. */
export const style = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1b2430, #e3e8ef);
  --soft: light-dark(#566273, #9aa7b8);
  --page: light-dark(#ffffff, #12161c);
  --raised: light-dark(#f5f7fa, #1a2029);
  --line: light-dark(#dde3ea, #2c3541);
  --link: light-dark(#0b5cad, #7cb8ff);
  --method: light-dark(#0d6b3d, #6cdba0);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', 'Noto Sans Mono CJK SC', monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body {
  margin: 0;
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans CJK SC', sans-serif;
  color: var(--text);
  background: var(--page);
}
a { color: var(--link); text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 2; background: var(--page); padding: 0.5rem; }
header {
  position: sticky; top: 0; z-index: 1;
  display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; align-items: baseline;
  padding: 0.75rem 1.25rem;
  background: var(--page);
  border-bottom: 1px solid var(--line);
}
header nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
header a { text-decoration: none; }
header a:hover { text-decoration: underline; }
.columns { display: grid; grid-template-columns: 17rem minmax(0, 54rem); gap: 3rem; padding: 0 1.25rem; }
.contents {
  position: sticky; top: 3.2rem; align-self: start;
  max-height: calc(100vh - 3.2rem); overflow: auto;
  padding: 1.5rem 0; font-size: 0.9rem;
}
.contents ul { list-style: none; margin: 0; padding: 0; }
.contents ul ul { margin: 0.15rem 0 0.9rem; padding-left: 0.8rem; border-left: 1px solid var(--line); }
.contents a { display: block; padding: 0.1rem 0; text-decoration: none; overflow-wrap: anywhere; }
.contents > ul > li > a { font-weight: 600; }
.contents a:hover { text-decoration: underline; }
main { padding: 1.5rem 0 6rem; }
main:only-child { grid-column: 1 / -1; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.5rem; margin: 3rem 0 0.5rem; }
h3 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
h4 { font-size: 0.85rem; margin: 1.1rem 0 0.35rem; color: var(--soft); }
.lead { color: var(--soft); }
article { margin: 1.25rem 0; padding: 0.25rem 1.25rem 1.25rem; border: 1px solid var(--line); border-radius: 0.6rem; }
article > h2, article > h3 { margin-top: 1rem; overflow-wrap: anywhere; }
article > h2 { font-size: 1.15rem; }
article:target { border-color: var(--link); }
code, pre { font-family: var(--mono); font-size: 0.86em; }
.method { font: 700 0.72rem/1 var(--mono); color: var(--method); border: 1px solid; border-radius: 0.3rem; padding: 0.2rem 0.4rem; }
pre { margin: 0; padding: 0.8rem 1rem; overflow: auto; max-height: 32rem; background: var(--raised); border-radius: 0.4rem; line-height: 1.45; }
details > summary { cursor: pointer; margin: 1.1rem 0 0.35rem; font-size: 0.85rem; font-weight: 700; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.9rem 0.4rem 0; border-bottom: 1px solid var(--line); }
th { font-size: 0.8rem; color: var(--soft); }
td code, li code { overflow-wrap: anywhere; }
td em { color: var(--soft); font-size: 0.85em; }
.failures { margin: 0; padding-left: 1.1rem; }
@media (max-width: 60rem) {
  .columns { display: block; }
  .contents { position: static; max-height: 16rem; border-bottom: 1px solid var(--line); padding: 1rem 0; }
  header { position: static; }
  html { scroll-padding-top: 1rem; }
}
`;
