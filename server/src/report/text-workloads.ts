/** What a driver's requests are made of and cost, for people: one entry for each call that adds buffers. */
import type { Bounds } from '../analysis/index.js';
import type { PlatformId } from '../model/index.js';
import type { CostedWorkload } from './report.js';
import { count, printable, type Style, wrap } from './style.js';
import { joined, ratioText, significant, sizeText } from './throughput/units.js';

/** `request   virtblk_add_req() line 158: 2 to 32766 mappings of 1 B to 256 KiB`, and throughput where it is bounced. */
export function workloadLines(
  workloads: readonly CostedWorkload[],
  indent: string,
  style: Style,
): readonly string[] {
  const calls = byCall(workloads);
  return calls.flatMap((loads) => [
    ...labelled(style.dim('request'.padEnd(LABEL)), requestWords(loads), indent, style),
    ...throughputWords(loads).flatMap((text) =>
      labelled(style.dim('  of plain'.padEnd(LABEL)), text, indent, style),
    ),
  ]);
}

const LABEL = 12;

function labelled(label: string, text: string, indent: string, style: Style): string[] {
  return wrap(printable(text), style.width - indent.length - LABEL).map((line, i) =>
    i === 0 ? indent + label + line : indent + ' '.repeat(LABEL) + line,
  );
}

/** A helper that many call makes many kinds of requests at one place. */
function byCall(workloads: readonly CostedWorkload[]): readonly (readonly CostedWorkload[])[] {
  const calls = new Map<string, CostedWorkload[]>();
  for (const load of workloads) {
    const key = `${load.function}:${load.range.start.line}`;
    calls.set(key, [...(calls.get(key) ?? []), load]);
  }
  return [...calls.values()];
}

function requestWords(loads: readonly CostedWorkload[]): string {
  const [first] = loads;
  if (first === undefined) return '';
  const mappings = together(loads.map(({ descriptors }) => descriptors));
  const sizes = together(loads.flatMap(({ pieces }) => pieces.map(({ bytes }) => bytes)));
  const many = loads.length === 1 ? '' : `${count(loads.length, 'kind')} of requests, `;
  const posted = loads.some(({ posting }) => posting.kind === 'ahead') ? 'posted ahead, ' : '';
  const mapper = loads.every(({ mapping }) => mapping.by === 'driver') ? ', mapped by the driver' : '';
  const noun = mappings.most === 1 ? 'mapping' : 'mappings';
  return `${first.function}() line ${first.range.start.line}: ${many}${posted}${boundsWords(mappings, String)} ${noun} of ${boundsWords(sizes, sizeText)}${mapper}`;
}

function together(all: readonly Bounds[]): Bounds {
  const mosts = all.map(({ most }) => most);
  const isOpen = mosts.includes(null);
  return {
    least: Math.min(...all.map(({ least }) => least)),
    most: isOpen ? null : Math.max(...mosts.map(Number)),
  };
}

function boundsWords({ least, most }: Bounds, words: (n: number) => string): string {
  if (most === null) return `${words(least)} or more`;
  return least === most ? words(least) : `${words(least)} to ${words(most)}`;
}

/** `sev-snp 0.41-0.51-1.00x, s390-pv 0.38-0.6-1.00x (by analogy)`; nothing where no platform bounces it. */
function throughputWords(loads: readonly CostedWorkload[]): string[] {
  const platforms = new Set(loads.flatMap(({ throughput }) => throughput.map(({ platform }) => platform)));
  if (platforms.size === 0) return [];
  return [[...platforms].map((platform) => platformWords(platform, loads)).join(', ')];
}

function platformWords(platform: PlatformId, loads: readonly CostedWorkload[]): string {
  const own = loads.flatMap(({ throughput }) => throughput.filter((t) => t.platform === platform));
  const [first] = own;
  if (first === undefined) return platform;
  const low = Math.min(...own.map((t) => t.low));
  const high = Math.max(...own.map((t) => t.high));
  const ratio =
    own.length === 1 ? joined(ratioText(first)) : `${significant(low, 2)}-${significant(high, 2)}x`;
  return `${platform} ${ratio}${first.evidence === 'by analogy' ? ' (by analogy)' : ''}`;
}
