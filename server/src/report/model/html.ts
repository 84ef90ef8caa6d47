/** The shell of a page that stands alone: no script, nothing fetched, light and dark, fit for print. */
import { toolVersion } from '../version.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

export interface Page {
  readonly title: string;
  /** What the page needs of style beyond the shared one. */
  readonly style: string;
  /** HTML. */
  readonly body: string;
}

export function htmlPage({ title, style, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="vringside ${toolVersion}">
<title>${escapeHtml(title)}</title>
<style>
${sharedStyle}${style}</style>
</head>
<body>
<main>
${body}
</main>
<footer>vringside ${toolVersion}</footer>
</body>
</html>
`;
}

/** Colours by standing, dark on light and light on dark; the contrast of every pair is above 4.5. */
const sharedStyle = `:root {
  color-scheme: light dark;
  --text: #1d2327; --faint: #59636b; --page: #fff; --line: #d5dadf; --mark: #0b57a4;
  --works: #14622d; --works-bg: #e3f4e7; --copies: #0b5563; --copies-bg: #def1f5;
  --refused: #7a4a00; --refused-bg: #fbeed3; --fails: #a3121b; --fails-bg: #fde4e4;
  --unknown: #6a2a86; --unknown-bg: #f3e6f8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e8eb; --faint: #a2adb5; --page: #15191c; --line: #363f45; --mark: #7dbaf5;
    --works: #93dca6; --works-bg: #15311d; --copies: #8fd7e6; --copies-bg: #113039;
    --refused: #f2c879; --refused-bg: #3a2a0a; --fails: #ffaaaa; --fails-bg: #431619;
    --unknown: #dcb0f0; --unknown-bg: #331b3f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main, footer { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
footer { color: var(--faint); font-size: .85rem; padding-top: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 60rem; }
code, .bytes { font: .9em/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.faint { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; }
caption { text-align: left; color: var(--faint); padding: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { font-weight: 600; }
dd { margin: 0; }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
.works { color: var(--works); background: var(--works-bg); }
.copies { color: var(--copies); background: var(--copies-bg); }
.refused { color: var(--refused); background: var(--refused-bg); }
.fails { color: var(--fails); background: var(--fails-bg); }
.unknown { color: var(--unknown); background: var(--unknown-bg); }
.word { display: inline-block; padding: 0 .45rem; border-radius: .25rem; font-weight: 600; white-space: nowrap; }
@media print {
  :root { color-scheme: light; }
  main, footer { max-width: none; padding: 0; }
  body { font-size: 10pt; }
  .scroll { overflow: visible; }
  tr, dt, dd { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .word, td { print-color-adjust: exact; }
}
`;
