/** The matrix: a grid of the keyboard's, one cell selected. */
import type { MatrixCell, MatrixResult, Standing } from '../../server/src/lsp/protocol.js';
import { type Child, h, on, stepOf, svg } from './dom.js';

export interface CellKey {
  readonly platform: string;
  readonly device: string;
  readonly policy: string;
}

/** The kept cell where it is still there; else the worst one of the function's own, or the worst of all. */
export function cellToShow(result: MatrixResult, kept: CellKey | null): MatrixCell | null {
  const same = kept === null ? undefined : result.cells.find((cell) => isSame(cell, kept));
  if (same !== undefined) return same;
  const own = result.cells.filter(({ sites }) => sites.length > 0);
  const candidates = own.length > 0 ? own : result.cells;
  const order: readonly Standing[] = ['fails', 'unknown', 'refused', 'copies', 'works'];
  for (const standing of order) {
    const found = candidates.find((cell) => standingOf(result, cell) === standing);
    if (found !== undefined) return found;
  }
  return null;
}

export function isSame(a: CellKey, b: CellKey): boolean {
  return a.platform === b.platform && a.device === b.device && a.policy === b.policy;
}

export function standingOf({ outcomes }: MatrixResult, { outcome }: MatrixCell): Standing {
  return outcomes.find(({ id }) => id === outcome)?.standing ?? 'unknown';
}

export interface MatrixView {
  readonly element: HTMLElement;
  /** Marks another cell as the one that is shown. */
  select(cell: CellKey, hasFocus: boolean): void;
}

export function matrixView(
  result: MatrixResult,
  chosen: CellKey | null,
  onChoose: (cell: MatrixCell) => void,
): MatrixView {
  const columns = result.devices.flatMap((device) => result.policies.map((policy) => ({ device, policy })));
  const hasOwn = result.cells.some(({ sites }) => sites.length > 0);
  const rows = result.platforms.map((platform) =>
    columns.map(({ device, policy }) => {
      const cell = result.cells.find((c) =>
        isSame(c, { platform: platform.id, device: device.id, policy: policy.id }),
      );
      return cell === undefined ? null : { cell, element: cellElement(result, cell, hasOwn) };
    }),
  );
  const placed = rows.flat().filter((entry) => entry !== null);

  const select = (key: CellKey, hasFocus: boolean): void => {
    for (const { cell, element } of placed) {
      const isChosen = isSame(cell, key);
      element.setAttribute('aria-selected', String(isChosen));
      element.tabIndex = isChosen ? 0 : -1;
      if (isChosen && hasFocus) element.focus();
    }
  };
  const choose = (cell: MatrixCell): void => {
    select(cell, true);
    onChoose(cell);
  };
  const move = (event: KeyboardEvent): void => {
    const at = positionIn(rows, event.target);
    const to = at === null ? null : target(event, at, rows.length, columns.length);
    const entry = to === null ? null : rows[to[0]]?.[to[1]];
    if (entry === null || entry === undefined) return;
    event.preventDefault();
    choose(entry.cell);
  };

  for (const { cell, element } of placed) on(element, 'click', () => choose(cell));
  const body = result.platforms.map((platform, i) =>
    h(
      'tr',
      { role: 'row' },
      h('th', { role: 'rowheader', scope: 'row' }, platform.name),
      ...(rows[i] ?? []).map((entry): Child => entry?.element ?? h('td', { role: 'gridcell' })),
    ),
  );
  const grid = h(
    'table',
    { role: 'grid', 'aria-label': `Outcomes: ${result.title}`, class: 'matrix' },
    ...heads(result),
    h('tbody', { role: 'rowgroup' }, ...body),
  );
  on(grid, 'keydown', move);
  if (chosen !== null) select(chosen, false);
  return { element: h('div', { class: 'matrix-frame' }, grid), select };
}

function heads({ devices, policies }: MatrixResult): HTMLElement[] {
  const corner = (rowspan: number): HTMLElement => h('td', { class: 'corner', rowspan });
  const isOne = policies.length === 1;
  const first = h(
    'tr',
    { role: 'row' },
    corner(isOne ? 1 : 2),
    ...devices.map(({ name }) =>
      h('th', { role: 'columnheader', scope: 'colgroup', colspan: policies.length }, ...breakable(name)),
    ),
  );
  const second = h(
    'tr',
    { role: 'row' },
    ...devices.flatMap(() =>
      policies.map(({ id, name }, i) =>
        h(
          'th',
          { role: 'columnheader', scope: 'col', class: i === 0 ? 'policy first' : 'policy', title: name },
          id === 'tree' ? 'this tree' : id,
        ),
      ),
    ),
  );
  return [h('thead', { role: 'rowgroup' }, first, isOne ? null : second)];
}

/** `ACCESS_PLATFORM` may be broken after its underscore. */
function breakable(name: string): Child[] {
  return name.split(/(?<=_)/).flatMap((part, i) => (i === 0 ? [part] : [h('wbr'), part]));
}

function cellElement(result: MatrixResult, cell: MatrixCell, hasOwn: boolean): HTMLTableCellElement {
  const standing = standingOf(result, cell);
  const isHere = cell.sites.length > 0;
  const place = hasOwn && !isHere ? ' elsewhere' : '';
  const isFirst = cell.policy === result.policies[0]?.id;
  return h(
    'td',
    {
      role: 'gridcell',
      tabindex: -1,
      'aria-selected': 'false',
      'aria-label': spoken(result, cell),
      title: cell.why,
      class: `cell ${standing}${place}${isFirst ? ' first' : ''}`,
    },
    h(
      'span',
      { class: 'pill' },
      sign(standing),
      h('span', { class: 'word' }, cell.isHypothetical ? `${cell.word}*` : cell.word),
    ),
  );
}

/** What the cell says to who does not see its row and column. */
function spoken(result: MatrixResult, cell: MatrixCell): string {
  const name = (list: readonly { readonly id: string; readonly name: string }[], id: string): string =>
    list.find((entry) => entry.id === id)?.name ?? id;
  const policy = result.policies.length === 1 ? '' : `, ${name(result.policies, cell.policy)}`;
  const word = cell.word === cell.outcome ? cell.word : `${cell.outcome} ${cell.word}`;
  const here = cell.sites.length === 0 ? '' : `; reached: ${cell.sites.length} of the function's sites`;
  const guest = cell.isHypothetical ? '; hypothetical' : '';
  return `${name(result.platforms, cell.platform)}, device ${name(result.devices, cell.device)}${policy}: ${word}${here}${guest}`;
}

/** A shape for each standing, so that colour only adds. */
export function sign(standing: Standing): SVGElement {
  const draw = (...parts: SVGElement[]): SVGElement =>
    svg('svg', { viewBox: '0 0 12 12', class: `sign ${standing}`, 'aria-hidden': 'true' }, ...parts);
  switch (standing) {
    case 'works':
      return draw(svg('circle', { cx: 6, cy: 6, r: 4.2, class: 'solid' }));
    case 'copies':
      return draw(
        svg('circle', { cx: 6, cy: 6, r: 4.2, class: 'line' }),
        svg('path', { d: 'M6 1.8a4.2 4.2 0 0 1 0 8.4z', class: 'solid' }),
      );
    case 'refused':
      return draw(
        svg('circle', { cx: 6, cy: 6, r: 4.2, class: 'line' }),
        svg('path', { d: 'M3.2 8.8l5.6-5.6', class: 'line' }),
      );
    case 'fails':
      return draw(svg('path', { d: 'M2.4 2.4l7.2 7.2M9.6 2.4l-7.2 7.2', class: 'line thick' }));
    case 'unknown':
      return draw(svg('circle', { cx: 6, cy: 6, r: 4.2, class: 'line dashed' }));
  }
}

type Rows = readonly (readonly ({ readonly cell: MatrixCell; readonly element: HTMLElement } | null)[])[];

function positionIn(rows: Rows, target: EventTarget | null): readonly [number, number] | null {
  for (const [r, row] of rows.entries()) {
    const c = row.findIndex((entry) => entry !== null && entry.element === target);
    if (c >= 0) return [r, c];
  }
  return null;
}

function target(
  { key, ctrlKey }: KeyboardEvent,
  [row, column]: readonly [number, number],
  rows: number,
  columns: number,
): readonly [number, number] | null {
  if (key === 'Home') return [ctrlKey ? 0 : row, 0];
  if (key === 'End') return [ctrlKey ? rows - 1 : row, columns - 1];
  const step = stepOf(key);
  if (step === null) return null;
  const within = (n: number, most: number): number => Math.min(Math.max(n, 0), most - 1);
  return [within(row + step[0], rows), within(column + step[1], columns)];
}
