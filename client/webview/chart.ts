/** Throughput over block size: the interval shaded, the best guess as a line, a plain guest's dashed. */
import type { ThroughputPoint, ThroughputResult } from '../../server/src/lsp/protocol.js';
import { svg } from './dom.js';
import { rateText, sizeText } from './units.js';

const WIDTH = 720;
const HEIGHT = 250;
const plot = { left: 66, right: 16, top: 22, bottom: 34 } as const;

interface Scale {
  readonly x: (bytes: number) => number;
  readonly y: (rate: number) => number;
}

export function chartSvg({ points, title }: ThroughputResult, chosenBytes: number): SVGSVGElement {
  const top = niceTop(Math.max(...points.map(highest)));
  const scale = scaleOf(points, top);
  const chosen = points.find(({ blockBytes }) => blockBytes === chosenBytes) ?? null;
  return svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', 'aria-label': spoken(title, chosen) },
    ...grid(points, top, scale),
    svg('path', { d: bandPath(points, scale), class: 'band' }),
    svg('path', {
      d: linePath(points, ({ plainBytesPerSecond }) => plainBytesPerSecond, scale),
      class: 'plain',
    }),
    svg('path', {
      d: linePath(points, ({ bytesPerSecond }) => bytesPerSecond?.mid ?? null, scale),
      class: 'mid',
    }),
    ...marker(chosen, scale),
    ...key(points, scale),
  );
}

function highest({ bytesPerSecond, plainBytesPerSecond }: ThroughputPoint): number {
  return Math.max(bytesPerSecond?.high ?? 0, plainBytesPerSecond ?? 0);
}

function scaleOf(points: readonly ThroughputPoint[], top: number): Scale {
  const least = Math.log2(points[0]?.blockBytes ?? 1);
  const most = Math.log2(points.at(-1)?.blockBytes ?? 2);
  const width = WIDTH - plot.left - plot.right;
  const height = HEIGHT - plot.top - plot.bottom;
  return {
    x: (bytes) => plot.left + ((Math.log2(bytes) - least) / Math.max(most - least, 1e-9)) * width,
    y: (rate) => plot.top + height - (rate / top) * height,
  };
}

/** 1, 2 or 5 times a power of ten, at or above the highest. */
function niceTop(most: number): number {
  if (!(most > 0) || !Number.isFinite(most)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const factor = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((f) => f * power >= most) ?? 10;
  return factor * power;
}

function grid(points: readonly ThroughputPoint[], top: number, { x, y }: Scale): SVGElement[] {
  const rates = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top);
  const every = points.length > 9 ? 2 : 1;
  return [
    ...rates.flatMap((rate) => [
      svg('path', { d: `M${plot.left} ${y(rate)}H${WIDTH - plot.right}`, class: 'grid' }),
      svg(
        'text',
        { x: plot.left - 8, y: y(rate) + 4, class: 'tick rate' },
        rate === 0 ? '0' : rateText(rate),
      ),
    ]),
    ...points
      .filter((_, i) => i % every === 0)
      .map(({ blockBytes }) =>
        svg(
          'text',
          { x: x(blockBytes), y: HEIGHT - plot.bottom + 18, class: 'tick size' },
          sizeText(blockBytes),
        ),
      ),
  ];
}

function linePath(
  points: readonly ThroughputPoint[],
  rateOf: (point: ThroughputPoint) => number | null,
  { x, y }: Scale,
): string {
  let isOpen = false;
  const parts: string[] = [];
  for (const point of points) {
    const value = rateOf(point);
    if (value !== null) parts.push(`${isOpen ? 'L' : 'M'}${round(x(point.blockBytes))} ${round(y(value))}`);
    isOpen = value !== null;
  }
  return parts.join('');
}

function bandPath(points: readonly ThroughputPoint[], { x, y }: Scale): string {
  const known = points.flatMap(({ blockBytes, bytesPerSecond }) =>
    bytesPerSecond === null ? [] : [{ at: round(x(blockBytes)), ...bytesPerSecond }],
  );
  if (known.length === 0) return '';
  const above = known.map(({ at, high }) => `${at} ${round(y(high))}`);
  const below = known.map(({ at, low }) => `${at} ${round(y(low))}`).reverse();
  return `M${[...above, ...below].join('L')}Z`;
}

function marker(chosen: ThroughputPoint | null, { x, y }: Scale): SVGElement[] {
  if (chosen === null || chosen.bytesPerSecond === null) return [];
  const { low, mid, high } = chosen.bytesPerSecond;
  const at = x(chosen.blockBytes);
  const isLeft = at > WIDTH * 0.62;
  const text = { x: isLeft ? at - 12 : at + 12, 'text-anchor': isLeft ? 'end' : 'start' };
  // Below the line, which rises to the right; above it where there is no room.
  const middle =
    isLeft || y(mid) > HEIGHT - plot.bottom - 50 ? Math.max(y(mid) - 26, plot.top + 14) : y(mid) + 26;
  return [
    svg('path', { d: `M${at} ${plot.top}V${HEIGHT - plot.bottom}`, class: 'chosen' }),
    svg('path', {
      d: `M${at} ${y(high)}V${y(low)}M${at - 5} ${y(high)}h10M${at - 5} ${y(low)}h10`,
      class: 'whisker',
    }),
    svg('circle', { cx: at, cy: y(mid), r: 5, class: 'dot' }),
    svg('text', { ...text, y: middle, class: 'value' }, rateText(mid)),
    svg(
      'text',
      { ...text, y: middle + 16, class: 'binding' },
      chosen.binding === null ? '' : `held back by: ${chosen.binding}`,
    ),
  ];
}

function key(points: readonly ThroughputPoint[], { y }: Scale): SVGElement[] {
  const last = points.at(-1);
  const plain = last?.plainBytesPerSecond ?? null;
  if (plain === null) return [];
  const isFar = Math.abs(y(plain) - y(last?.bytesPerSecond?.mid ?? plain)) > 18;
  return isFar
    ? [svg('text', { x: WIDTH - plot.right, y: y(plain) - 7, class: 'tick plain-name' }, 'plain guest')]
    : [];
}

function spoken(title: string, chosen: ThroughputPoint | null): string {
  if (chosen === null || chosen.bytesPerSecond === null) return `${title}: nothing gets through`;
  const { low, mid, high } = chosen.bytesPerSecond;
  return `${title}: at ${sizeText(chosen.blockBytes)} ${rateText(mid)}, between ${rateText(low)} and ${rateText(high)}, held back by ${chosen.binding ?? 'nothing'}`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
