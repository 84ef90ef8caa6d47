/** What was counted for one request, as a table: platforms that count the same share a line. */
import { padEnd, type Style, wrap } from '../../style.js';
import type { ExactCosts, ThroughputRow } from '../types.js';
import { countText, significant, sizeText } from '../units.js';
import { type Column, layoutFor, tableLines, tableWidth } from './columns.js';

const columns: readonly Column[] = [
  { heading: 'request', align: 'left' },
  { heading: 'maps', align: 'right' },
  { heading: 'descriptors', align: 'right' },
  { heading: 'slots', align: 'right' },
  { heading: 'to device', align: 'right' },
  { heading: 'back', align: 'right' },
  { heading: 'copied', align: 'right' },
];

export interface Counted {
  /** `4 KiB read`. */
  readonly request: string;
  readonly exact: ExactCosts;
  readonly platforms: ReadonlySet<string>;
}

export function countedLines(
  rows: readonly ThroughputRow[],
  isDeviceSaid: boolean,
  style: Style,
): readonly string[] {
  const found = countedOf(rows, isDeviceSaid);
  const copied = found.filter(({ exact }) => isCopied(exact));
  const others = new Set(found.filter(({ exact }) => !isCopied(exact)).flatMap((c) => [...c.platforms]));
  const none = others.size === 0 ? [] : wrap(`nothing is copied: ${[...others].join(', ')}`, style.width - 2);
  if (found.length === 0) return [];
  return [
    style.bold('Counted for one request'),
    ...(copied.length === 0 ? [] : tableOf(copied, style)),
    ...none.map((line) => `  ${line}`),
  ];
}

function tableOf(found: readonly Counted[], style: Style): string[] {
  const cells = found.map(({ request, exact }) => [
    request,
    countText(exact.maps),
    countText(exact.descriptors),
    countText(exact.slots),
    sizeText(exact.bytesToDevice),
    sizeText(exact.bytesFromDevice),
    `${significant(exact.amplification)}x`,
  ]);
  const names = Math.max(...found.map(({ platforms }) => [...platforms].join(', ').length));
  const layout = layoutFor(columns, cells, { ...style, width: style.width - Math.min(names, 30) - 2 });
  const [heading = '', ...lines] = tableLines(columns, cells, layout, style);
  const width = tableWidth(columns, cells, layout) + 2;
  const room = Math.max(12, style.width - width);
  const withPlatforms = found.flatMap(({ platforms }, i) =>
    wrap([...platforms].join(', '), room).map(
      (names, n) => padEnd(n === 0 ? (lines[i] ?? '') : '', width) + style.dim(names),
    ),
  );
  return [heading, ...withPlatforms];
}

function isCopied({ bytesToDevice, bytesFromDevice, slots }: ExactCosts): boolean {
  return bytesToDevice + bytesFromDevice + slots > 0;
}

export function countedOf(rows: readonly ThroughputRow[], isDeviceSaid: boolean): readonly Counted[] {
  const found = new Map<string, { request: string; exact: ExactCosts; platforms: Set<string> }>();
  for (const { platform, op, blockBytes, device, exact } of rows) {
    if (exact === null) continue;
    const key = JSON.stringify([op, blockBytes, device, exact]);
    const request = `${sizeText(blockBytes)} ${op}${isDeviceSaid ? ` (${device})` : ''}`;
    const entry = found.get(key) ?? { request, exact, platforms: new Set<string>() };
    entry.platforms.add(platform);
    found.set(key, entry);
  }
  return [...found.values()];
}
