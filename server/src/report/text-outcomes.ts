/** What becomes of a site in each kind of guest, for people: one line for each outcome and what decided it. */
import type { ThroughputRatio } from '../analysis/index.js';
import type { SiteOutcome } from '../analysis/site.js';
import { type DeviceId, deviceIds, type Outcome, type PlatformId, platformOf } from '../model/index.js';
import { outcomeVerbs, worstFirst } from './model/worst-first.js';
import { padEnd, type Style, wrap } from './style.js';
import { joined, ratioText } from './throughput/units.js';

const LABEL = 12;

/** Outcomes of one kind, with the same devices. */
interface Line {
  readonly outcome: Outcome;
  readonly devices: ReadonlySet<DeviceId>;
  /** What decided it -> the platforms it decided it for. */
  readonly guests: Map<string, PlatformId[]>;
  /** Throughput against a plain guest, where that is known. */
  readonly ratios: Map<PlatformId, ThroughputRatio>;
}

/** Nothing for a site that was not run. */
export function outcomeLines(outcomes: readonly SiteOutcome[], indent: string, style: Style): string[] {
  const all = new Set(outcomes.map((o) => o.device));
  return linesOf(outcomes).flatMap((line) => {
    const guests = [...line.guests].map(
      ([why, platforms]) =>
        `${platforms.map((id) => platformWords(id, line.ratios)).join(', ')}${why === '' ? '' : ` (${why})`}`,
    );
    const named = deviceIds.filter((id) => line.devices.has(id)).join(', ');
    const devices = line.devices.size === all.size ? '' : ` with ${named}`;
    const label = padEnd(paint(line.outcome, style)(outcomeVerbs[line.outcome]), LABEL);
    const margin = ' '.repeat(LABEL);
    return wrap(`${guests.join(', ')}${devices}`, style.width - indent.length - LABEL).map(
      (part, i) => indent + (i === 0 ? label : margin) + part,
    );
  });
}

/** `AMD SEV-SNP 0.41-0.51-1.00x` */
function platformWords(id: PlatformId, ratios: Line['ratios']): string {
  const ratio = ratios.get(id);
  const { name } = platformOf(id);
  return ratio === undefined ? name : `${name} ${joined(ratioText(ratio))}`;
}

function emptyLine(outcome: Outcome, devices: ReadonlySet<DeviceId>): Line {
  return { outcome, devices, guests: new Map(), ratios: new Map() };
}

function linesOf(outcomes: readonly SiteOutcome[]): Line[] {
  const devicesOf = new Map<string, Set<DeviceId>>();
  const keyOf = (o: SiteOutcome): string => `${o.platform}\0${o.outcome}\0${o.why}`;
  for (const o of outcomes) {
    const devices = devicesOf.get(keyOf(o)) ?? new Set();
    devicesOf.set(keyOf(o), devices.add(o.device));
  }
  const lines = new Map<string, Line>();
  for (const o of outcomes) {
    const devices = devicesOf.get(keyOf(o)) ?? new Set();
    const key = `${o.outcome}\0${[...devices].sort().join()}`;
    const line = lines.get(key) ?? emptyLine(o.outcome, devices);
    if (o.throughputRatio !== null) line.ratios.set(o.platform, o.throughputRatio);
    lines.set(key, line);
    const platforms = line.guests.get(o.why) ?? [];
    if (!platforms.includes(o.platform)) platforms.push(o.platform);
    line.guests.set(o.why, platforms);
  }
  return [...lines.values()].sort((a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome));
}

function paint(outcome: Outcome, style: Style): (text: string) => string {
  switch (outcome) {
    case 'direct':
    case 'bounced':
      return style.green;
    case 'refused':
      return style.cyan;
    case 'undecided':
    case 'exhausted':
      return style.yellow;
    default:
      return style.red;
  }
}
