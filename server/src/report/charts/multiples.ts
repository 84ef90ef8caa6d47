/** Charts of one kind side by side in one picture. */
import type { Drawing } from './chart.js';
import { PAD, titlePart } from './frame.js';
import { element, escapeXml } from './svg.js';

const GAP = 16;

export function drawMultiples(title: string, panels: readonly Drawing[], columns: number): Drawing {
  const across = Math.max(1, Math.min(columns, panels.length));
  const cell = Math.max(0, ...panels.map(({ width }) => width));
  const width = Math.max(1, across) * cell + (across - 1) * GAP;
  const head = titlePart(title, width);
  let top = head.height;
  const rows: string[] = [];
  for (let i = 0; i < panels.length; i += across) {
    const row = panels.slice(i, i + across);
    rows.push(...row.map((panel, n) => placed(panel, n * (cell + GAP), top)));
    top += Math.max(...row.map(({ height }) => height));
  }
  return {
    title,
    description: panels.map((panel) => `${panel.title}. ${panel.description}`).join(' '),
    width,
    height: top + (panels.length === 0 ? PAD : 0),
    body: head.body + rows.join(''),
  };
}

function placed(panel: Drawing, x: number, y: number): string {
  const title = element('title', {}, escapeXml(panel.title));
  return element('g', { transform: `translate(${x} ${y})` }, title, panel.body);
}
