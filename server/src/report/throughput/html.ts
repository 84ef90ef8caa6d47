/** `model throughput` and `model pool` as pages that stand alone: pictures, then every figure they are made of. */
import { chartStyle, type Drawing, svgOf } from '../charts/index.js';
import { escapeHtml, htmlPage } from '../model/html.js';
import { poolDrawing } from './charts/pool.js';
import { defaultQuantity, throughputPanels, throughputTitle } from './charts/throughput.js';
import { demanded, kindWords, slotsText } from './pool.js';
import { grouped, platformName, settingWords, sharedNotes, varyingAxes } from './series.js';
import { closing } from './text/throughput.js';
import type { PoolReport, PoolVerdict, ThroughputReport, ThroughputRow } from './types.js';
import { countText, joined, percent, rateText, ratioText, significant, sizeText } from './units.js';

// ---- throughput

export function throughputToHtml(report: ThroughputReport): string {
  const title = throughputTitle(report);
  const quantity = defaultQuantity(report);
  const pictures = throughputPanels(report, quantity);
  const more = quantity === 'bytes' ? [] : throughputPanels(report, 'bytes');
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(sentence(closing(report)))}</p>`,
    gallery(pictures, quantity),
    ...(more.length === 0 ? [] : ['<h2>Bytes a second</h2>', gallery(more, 'bytes')]),
    '<h2>Estimates</h2>',
    '<p>Low, best guess and high. Open “terms” for what each would allow if nothing else held.</p>',
    ...groupsOf(report),
    '<h2>Counted for one request</h2>',
    countTable(report.rows),
    ...noteList(report),
  ];
  return htmlPage({ title, style: chartStyle + pageStyle, body: body.join('\n') });
}

function gallery(panels: readonly Drawing[], prefix: string): string {
  const drawn = panels.map((panel, i) => svgOf(panel, { id: `vc-${prefix}-${i + 1}`, style: 'none' }));
  return `<div class="charts">\n${drawn.join('')}</div>`;
}

function groupsOf({ rows }: ThroughputReport): readonly string[] {
  const varying = varyingAxes(rows);
  return grouped(rows, ['blockBytes', 'depth']).map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const said = settingWords(first, (axis) => varying.has(axis) && axis !== 'depth');
    return [
      `<h3>${escapeHtml(platformName(first.platform))}</h3>`,
      ...(said === '' ? [] : [`<p class="faint">${escapeHtml(said)}</p>`]),
      table(
        [
          'block',
          'in flight',
          'outcome',
          'requests/s',
          'bytes/s',
          'of plain',
          'held by',
          'lost to',
          'evidence',
          '',
        ],
        group.map(estimateCells),
      ),
    ].join('\n');
  });
}

function estimateCells(row: ThroughputRow): readonly string[] {
  const key = [sizeText(row.blockBytes), String(row.depth), row.outcome].map(escapeHtml);
  const { estimate } = row;
  if (estimate === null) return [...key, 'nothing gets through', '', '', '', '', '', ''];
  const terms = estimate.terms.map(
    ({ term, perSecond }) => `<li>${escapeHtml(`${term}: ${joined(rateText(perSecond))} requests/s`)}</li>`,
  );
  return [
    ...key,
    ...[
      joined(rateText(estimate.requestsPerSecond)),
      joined(rateText(estimate.bytesPerSecond, 'B/s')),
      estimate.ratio === null ? '' : joined(ratioText(estimate.ratio)),
      estimate.binding,
      estimate.loss ?? '',
      estimate.evidence,
    ].map(escapeHtml),
    `<details><summary>terms</summary><ul>${terms.join('')}</ul></details>`,
  ];
}

function countTable(rows: readonly ThroughputRow[]): string {
  const cells = rows.flatMap(({ platform, op, blockBytes, exact }) =>
    exact === null
      ? []
      : [
          [
            platform,
            `${sizeText(blockBytes)} ${op}`,
            countText(exact.maps),
            countText(exact.descriptors),
            countText(exact.slots),
            `${countText(exact.bytesToDevice)} B`,
            `${countText(exact.bytesFromDevice)} B`,
            `${significant(exact.amplification)}x`,
          ].map(escapeHtml),
        ],
  );
  const once = [...new Map(cells.map((row) => [row.join('\n'), row])).values()];
  return table(['platform', 'request', 'maps', 'descriptors', 'slots', 'to device', 'back', 'copied'], once);
}

function noteList(report: ThroughputReport): readonly string[] {
  const notes = sharedNotes(report).map(({ platforms, text }) =>
    platforms.length === 0 ? text : `${platforms.join(', ')}: ${text}`,
  );
  return notes.length === 0 ? [] : ['<h2>To know</h2>', list(notes)];
}

// ---- pool

export function poolToHtml(reports: readonly PoolReport[]): string {
  const title = 'Fill of the bounce pool';
  const body = [`<h1>${title}</h1>`, ...reports.map(poolSection)];
  return htmlPage({ title, style: chartStyle + pageStyle, body: body.join('\n') });
}

const standings: Readonly<Record<PoolVerdict, string>> = { fits: 'works', tight: 'refused', fails: 'fails' };

function poolSection(report: PoolReport, index: number): string {
  const { pool, recommended, verdict } = report;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['workload', [report.workload]],
    ['pool', [`${slotsText(pool.slots)}: ${pool.origin}`]],
    ['falls over at', report.fallsOverAt],
    ['how it shows', report.shows],
    ['boot with', recommended === null ? [] : [`${recommended.bootOption}: ${slotsText(recommended.slots)}`]],
    ['to know', report.notes],
  ];
  return [
    `<h2>${escapeHtml(platformName(report.platform))} <span class="word ${standings[verdict]}">${verdict}</span></h2>`,
    `<p>${escapeHtml(sentence(report.why))}</p>`,
    `<div class="charts one">\n${svgOf(poolDrawing(report), { id: `vc-pool-${index + 1}`, style: 'none' })}</div>`,
    table(['slots', 'of pool', 'demand', 'kind'], demandRows(report)),
    `<dl>${rows
      .filter(([, texts]) => texts.length > 0)
      .map(
        ([term, texts]) => `<dt>${term}</dt>${texts.map((text) => `<dd>${escapeHtml(text)}</dd>`).join('')}`,
      )
      .join('\n')}</dl>`,
  ].join('\n');
}

function demandRows(report: PoolReport): readonly (readonly string[])[] {
  const share = (slots: number): string =>
    report.pool.slots === 0 ? 'no pool' : percent(slots / report.pool.slots);
  const rows = report.demands.map(({ what, kind, slots }) => [
    slotsText(slots),
    share(slots),
    what,
    kindWords[kind],
  ]);
  const total = demanded(report);
  return [...rows, [slotsText(total), share(total), 'together', '']].map((row) => row.map(escapeHtml));
}

// ---- pieces

/** Cells hold HTML. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heading = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
  return `<div class="scroll" tabindex="0"><table class="figures"><thead><tr>${heading}</tr></thead>\n<tbody>${lines.join('\n')}</tbody></table></div>`;
}

function list(texts: readonly string[]): string {
  return `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('\n')}</ul>`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const pageStyle = `.charts { display: grid; gap: 1rem; margin: 1rem 0; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr)); }
.charts.one { max-width: 40rem; }
.charts svg { width: 100%; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
th, td { padding: .3rem .45rem; }
.figures th, .figures td { border-bottom: 1px solid var(--line); white-space: nowrap; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; color: var(--mark); }
dd { grid-column: 2; }
@media print { .charts svg { break-inside: avoid; } }
`;
