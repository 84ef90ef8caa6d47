/** The matrix as a page: the table, and under it the evidence for every cell, readable without pointing at anything. */
import type { Cell, Matrix, NamedDevice, Platform, Policy } from '../../model/index.js';
import { count } from '../style.js';
import { differingCells, Grid, HYPOTHETICAL } from './grid.js';
import { escapeHtml, htmlPage } from './html.js';
import { hasHypothetical, hypotheticalMeaning, legendOf } from './legend.js';
import { standingOf, wordOf } from './outcome-words.js';
import { traceCommand } from './trace-command.js';
import { countsLine, whyOf } from './why.js';

export function matrixToHtml(matrix: Matrix, traceOptions: string): string {
  const view = new MatrixPage(matrix, traceOptions);
  return htmlPage({ title: 'vringside: what becomes of the data', style: pageStyle, body: view.body() });
}

class MatrixPage {
  private readonly grid: Grid;
  private readonly differing: ReadonlySet<Cell>;
  private readonly traceOptions: string;

  constructor(matrix: Matrix, traceOptions: string) {
    this.grid = new Grid(matrix);
    this.differing = new Set(differingCells(this.grid));
    this.traceOptions = traceOptions;
  }

  private get matrix(): Matrix {
    return this.grid.matrix;
  }

  body(): string {
    return [
      '<h1>What becomes of the data between a virtio driver and its device</h1>',
      `<p>${this.lead()}</p>`,
      this.table(),
      this.legend(),
      '<h2>Policies</h2>',
      definitions(
        this.matrix.policies.map(({ id, title }) => [`<code>${escapeHtml(id)}</code>`, escapeHtml(title)]),
      ),
      '<h2>Evidence</h2>',
      '<p class="faint">What the model observed in each run: real bytes through a real ring. Policies with the same evidence stand together.</p>',
      ...this.matrix.platforms.map((platform) => this.evidence(platform)),
    ].join('\n');
  }

  private lead(): string {
    const { platforms, devices, policies, cells } = this.matrix;
    const [first] = policies;
    const size = `${count(platforms.length, 'platform')}, ${count(devices.length, 'device')}, ${count(policies.length, 'policy', 'policies')}: ${count(cells.length, 'run')}.`;
    if (first === undefined || policies.length < 2) return size;
    const said = count(this.differing.size, 'cell differs', 'cells differ');
    return `${size} <strong>${said} from ${escapeHtml(first.id)}.</strong>`;
  }

  // ---- the table

  private table(): string {
    const { devices, policies, platforms } = this.matrix;
    const groups = devices.map(
      (device) =>
        `<th scope="colgroup" colspan="${policies.length}">${escapeHtml(device.title)} <code class="faint">${device.id}</code></th>`,
    );
    const columns = devices.flatMap(() =>
      policies.map((policy) => `<th scope="col"><code>${escapeHtml(policy.id)}</code></th>`),
    );
    return [
      '<div class="scroll cells"><table class="matrix">',
      '<caption>Outcome on each platform, by device and policy. Point at a cell or move to it for the reason; the link leads to the evidence.</caption>',
      `<colgroup></colgroup>${devices.map(() => `<colgroup span="${policies.length}"></colgroup>`).join('')}`,
      `<thead><tr><td rowspan="2"></td>${groups.join('')}</tr><tr>${columns.join('')}</tr></thead>`,
      `<tbody>${platforms.map((platform) => this.row(platform)).join('\n')}</tbody>`,
      '</table></div>',
    ].join('\n');
  }

  private row(platform: Platform): string {
    const { devices, policies } = this.matrix;
    const cells = devices.flatMap((device) => policies.map((policy) => this.cell(platform, device, policy)));
    return `<tr><th scope="row">${escapeHtml(platform.name)} <code class="faint">${platform.id}</code></th>${cells.join('')}</tr>`;
  }

  private cell(platform: Platform, device: NamedDevice, policy: Policy): string {
    const cell = this.grid.cell(platform, device, policy);
    if (cell === null) return '<td></td>';
    const id = anchor(cell);
    const classes = `${standingOf(cell.result.outcome)}${this.differing.has(cell) ? ' differs' : ''}`;
    const word = escapeHtml(this.grid.word(platform, device, policy));
    const why = escapeHtml(whyOf(cell.result, platform));
    return `<td class="${classes}"><a href="#${id}" aria-describedby="${id}-why">${word}</a><span class="why" role="tooltip" id="${id}-why">${why}</span></td>`;
  }

  private legend(): string {
    const rows = legendOf(this.matrix).map(({ words, outcome, meaning }): Row => {
      const painted = words.map(
        (word) => `<span class="word ${standingOf(outcome)}">${escapeHtml(word)}</span>`,
      );
      return [painted.join(' '), escapeHtml(meaning)];
    });
    const [first] = this.matrix.policies;
    if (this.differing.size > 0 && first !== undefined) {
      rows.push(['<span class="word differs">underlined</span>', `differs from ${escapeHtml(first.id)}`]);
    }
    if (hasHypothetical(this.matrix)) rows.push([HYPOTHETICAL, hypotheticalMeaning]);
    return definitions(rows);
  }

  // ---- the evidence

  private evidence(platform: Platform): string {
    const rows = this.matrix.devices.flatMap((device) =>
      this.alike(platform, device).map((cells) => this.evidenceRow(platform, device, cells)),
    );
    return [
      `<h3>${escapeHtml(platform.name)}</h3>`,
      `<p class="faint">Guests since ${escapeHtml(platform.since)}.${privateAccess(platform)}</p>`,
      '<div class="scroll"><table class="evidence">',
      '<thead><tr><th scope="col">device</th><th scope="col">policy</th><th scope="col">outcome</th><th scope="col">why</th></tr></thead>',
      `<tbody>${rows.join('\n')}</tbody></table></div>`,
    ].join('\n');
  }

  /** Cells of one platform and device, those with the same evidence together. */
  private alike(platform: Platform, device: NamedDevice): readonly (readonly Cell[])[] {
    const groups = new Map<string, Cell[]>();
    for (const policy of this.matrix.policies) {
      const cell = this.grid.cell(platform, device, policy);
      if (cell === null) continue;
      const { id: _, notes, ...observed } = cell.result;
      const key = JSON.stringify([observed, notes.filter((note) => !note.startsWith('hypothetical'))]);
      groups.set(key, [...(groups.get(key) ?? []), cell]);
    }
    return [...groups.values()];
  }

  private evidenceRow(platform: Platform, device: NamedDevice, cells: readonly Cell[]): string {
    const [cell] = cells;
    if (cell === undefined) return '';
    const { result } = cell;
    const policies = cells
      .map((one) => `<code id="${anchor(one)}">${escapeHtml(one.policy)}</code>`)
      .join(' ');
    const why = whyOf(result, platform);
    const more = [
      ...(result.outcome === 'refused' || result.outcome === 'undecided' ? [] : [countsLine(result)]),
      ...result.notes.filter((note) => note !== why),
    ].map((line) => `<br><span class="faint">${escapeHtml(line)}</span>`);
    const command = `<br><code class="faint">${escapeHtml(traceCommand(cell, this.traceOptions))}</code>`;
    return [
      `<tr><td>${escapeHtml(device.title)}</td><td>${policies}</td>`,
      `<td><span class="word ${standingOf(result.outcome)}">${escapeHtml(wordOf(result))}</span></td>`,
      `<td>${escapeHtml(why)}${more.join('')}${command}</td></tr>`,
    ].join('');
  }
}

type Row = readonly [term: string, description: string];

/** HTML on both sides. */
function definitions(rows: readonly Row[]): string {
  return `<dl>${rows.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('\n')}</dl>`;
}

function privateAccess({ privateAccess: words }: Platform): string {
  return words === '' ? ' A device sees all memory.' : ` A device at a private page: ${escapeHtml(words)}.`;
}

function anchor({ platform, device, policy }: Cell): string {
  return `${platform}-${device}-${policy.replace(/[^\w-]/g, '_')}`;
}

const pageStyle = `.matrix th, .matrix td { border: 1px solid var(--line); }
/* A box that scrolls cuts off what hangs over its edge. */
@media (min-width: 64rem) { .cells { overflow: visible; } }
.matrix thead td { border: 0; }
.matrix colgroup + colgroup { border-left: 3px solid var(--faint); }
.matrix th { font-weight: 600; }
.matrix th code { font-weight: 400; }
.matrix tbody td { position: relative; font-weight: 600; white-space: nowrap; padding: 0; }
.matrix tbody a { display: block; padding: .3rem .6rem; text-decoration: none; }
.matrix .differs a, .word.differs { text-decoration: underline; text-underline-offset: .2em; }
.why { display: none; position: absolute; z-index: 1; top: calc(100% + 2px); left: 0; width: max-content; max-width: 24rem;
  padding: .4rem .6rem; border: 1px solid var(--line); border-radius: .25rem; background: var(--page); color: var(--text);
  font-weight: 400; white-space: normal; box-shadow: 0 2px 8px rgb(0 0 0 / .25); }
td:last-child .why { left: auto; right: 0; }
td:hover > .why, a:focus + .why { display: block; }
h3 { font-size: 1rem; margin: 1.5rem 0 0; }
.evidence { width: 100%; }
.evidence th, .evidence td { border-bottom: 1px solid var(--line); }
.evidence td:first-child { min-width: 10rem; }
.evidence td:last-child { width: 60%; }
.evidence code[id] { scroll-margin-top: 4rem; }
.evidence tr:has(:target) { outline: 2px solid var(--mark); }
@media print { .why { display: none !important; } .matrix { font-size: 9pt; } }
`;
