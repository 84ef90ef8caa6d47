/** A site as a hover: what it is, when it is reached, what becomes of the data in each kind of guest. */
import { siteKind } from '@vringside/grammars/site-kinds';
import type { Guard, Site, SiteOutcome } from '../../analysis/index.js';
import { type DeviceId, deviceOf, type PlatformId, platformOf } from '../../model/index.js';
import { joined, ratioText } from '../../report/throughput/units.js';
import { commands, pageUri } from '../protocol.js';
import type { DocumentView } from '../view.js';
import { traceUri } from './content.js';
import { code, escaped, link, table } from './markdown.js';
import { worstFirst } from './outcomes.js';

export function siteText(view: DocumentView, site: Site): string {
  const kind = siteKind(site.kind);
  const title = kind?.title ?? site.kind;
  const feature = site.feature === undefined ? '' : ` · ${code(site.feature)}`;
  return [
    `**${capital(title)}**${feature}`,
    kind?.matters ?? '',
    guardText(view, site.guard),
    outcomeTable(site.outcomes ?? []),
    reasons(site.outcomes ?? []),
    links(view, site),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `when …`, as written where that differs, and the chain to where it is decided. */
export function guardText(view: DocumentView, guard: Guard | null, what = 'Reached'): string {
  if (guard === null) return `${what} **always**.`;
  const when = `${what} **when** ${escaped(guard.words ?? guard.resolved)}`;
  const written = guard.written === guard.resolved ? '' : `  \nwritten ${code(guard.written)}`;
  const via = guard.via.map(({ file, line, text }) => {
    const place = `${file.split('/').at(-1)}:${line}`;
    const at = view.uriOf(file);
    return `- ${code(text)} ${link(place, `${at}#L${line}`)}`;
  });
  return [when + written, ...(via.length === 0 ? [] : ['', ...via])].join('\n');
}

/** Platforms by devices. Nothing for a site that is not run. */
export function outcomeTable(outcomes: readonly SiteOutcome[]): string {
  if (outcomes.length === 0) return '';
  const devices = [...new Set(outcomes.map((o) => o.device))];
  const platforms = [...new Set(outcomes.map((o) => o.platform))];
  const find = (platform: PlatformId, device: DeviceId): SiteOutcome | undefined =>
    outcomes.find((o) => o.platform === platform && o.device === device);
  return table(
    ['guest', ...devices.map((id) => deviceHeading(id))],
    platforms.map((platform) => [
      platformOf(platform).name,
      ...devices.map((device) => cellText(find(platform, device))),
    ]),
  );
}

function deviceHeading(id: DeviceId): string {
  return deviceOf(id).title;
}

/** The word, in bold where the data does not arrive; the figure, or what refused the device. */
function cellText(outcome: SiteOutcome | undefined): string {
  if (outcome === undefined) return 'not reached';
  const isBad = worstFirst.indexOf(outcome.outcome) < worstFirst.indexOf('refused');
  const word = isBad ? `**${outcome.outcome}**` : outcome.outcome;
  if (outcome.outcome === 'refused') {
    const errno = /^-E[A-Z]+/.exec(outcome.why)?.[0];
    return errno === undefined ? word : `${word} ${errno}`;
  }
  if (outcome.throughputRatio === null) return word;
  return `${word}, ${joined(ratioText(outcome.throughputRatio))}`;
}

/** What decided the outcomes that are not as they should be: each once, with the guests it holds for. */
export function reasons(outcomes: readonly SiteOutcome[]): string {
  const lines = new Map<string, { readonly names: Set<string>; readonly places: Set<string> }>();
  for (const { outcome, why, platform, acceptedBy } of outcomes) {
    if (outcome === 'direct' || outcome === 'bounced' || why === '') continue;
    // One refusal at two places of a function is one reason.
    const [, , place = null] = /^(.*?),? ?(\S+ \([^()]*:\d+\))$/.exec(why) ?? [];
    const key = place === null ? `${outcome}: ${why}` : `${outcome} by`;
    const line = lines.get(key) ?? { names: new Set(), places: new Set() };
    line.names.add(platformOf(platform).name);
    if (place !== null) line.places.add(place);
    if (acceptedBy !== undefined) line.places.add(acceptedBy);
    lines.set(key, line);
  }
  return [...lines]
    .map(([text, { names, places }]) => {
      const by = [...places].join(', ');
      const end = text.endsWith(' by') ? ` ${by}` : by === '' ? '' : `; the device was accepted by ${by}`;
      return `- ${[...names].join(', ')}: ${escaped(`${text}${end}`)}`;
    })
    .join('\n');
}

/** What a client can follow: commands it runs, documents it asks for. */
export function links(view: DocumentView, site: Site): string {
  const { client, uri } = view;
  const parts: string[] = [];
  if (client.runsCommands) {
    const position = view.positions.at(site.range.start);
    const matrix = commandUri(commands.showMatrix, [{ textDocument: { uri }, position }]);
    parts.push(link('Show matrix', matrix));
  }
  const [first] = [...(site.outcomes ?? [])].sort(
    (a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome),
  );
  if (first !== undefined) {
    const { platform, device, policy } = first;
    const trace = { textDocument: { uri }, platform, device, policy };
    if (client.runsCommands) parts.push(link('Show trace', commandUri(commands.showTrace, [trace])));
    else if (client.providesContent) {
      parts.push(link('Show trace', traceUri({ uri, platform, device, policy })));
    }
  }
  if (client.providesContent) parts.push(link('About such places', pageUri(site.kind)));
  return parts.join(' · ');
}

export function commandUri(command: string, args: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
