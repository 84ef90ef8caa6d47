/** docs/model.md: prose by hand, with tables in it that come from the model's own records; and the schema beside it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  builtinPolicy,
  devices,
  type NamedDevice,
  namedPolicies,
  type Platform,
  platforms,
  type Release,
  releaseText,
} from '../../server/src/model/index.js';
import { scenarioSchema } from '../../server/src/model/parse.js';
import { newest } from '../../server/src/model/release.js';
import { checkoutRoot } from '../support/tracked-files.js';
import { table } from './generated-pages.js';

/** The page as it stands, its tables made anew. */
export function modelDoc(): string {
  let page = readFileSync(join(checkoutRoot, 'docs/model.md'), 'utf8');
  for (const [name, make] of Object.entries(tables)) page = fill(page, name, make());
  return page;
}

export function scenarioSchemaDoc(): string {
  return `${JSON.stringify(scenarioSchema(), null, 2)}\n`;
}

const tables: Readonly<Record<string, () => string>> = {
  platforms: platformsTable,
  predicates: predicatesTable,
  devices: devicesTable,
  policies: policiesTable,
};

function fill(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, '<!-- /generated -->'];
  const start = page.indexOf(begin);
  const stop = page.indexOf(end, start);
  if (start < 0 || stop < 0) throw new Error(`docs/model.md has no place for ${name}`);
  return `${page.slice(0, start)}${begin}\n\n${text}\n\n${page.slice(stop)}`;
}

// ---- platforms ---------------------------------------------------------------------------------------------

const privatePage: Readonly<Record<Platform['protection']['deviceReads'], string>> = {
  open: 'its content',
  ciphertext: 'ciphertext',
  fault: 'nothing: a fault',
  'stale-alias': 'other memory',
};

function platformsTable(): string {
  const rows = platforms.map((p) => [
    `\`${p.id}\``,
    p.name,
    p.since,
    privatePage[p.protection.deviceReads],
    p.protection.deviceReads === 'open' ? '-' : p.protection.content,
    bouncing(p),
    p.source,
  ]);
  return table(
    ['', 'platform', 'guests since', 'private page read', 'content on change', 'bounces', 'source'],
    rows,
  );
}

function predicatesTable(): string {
  const rows = platforms
    .filter((p) => p.holds.length > 0)
    .map((p) => [`\`${p.id}\``, p.holds.map((predicate) => `\`${predicate}\``).join(', ')]);
  return table(['', 'true when guest code asks'], rows);
}

/** In a kernel of which release the architecture's own code makes every mapping bounce. */
function bouncing(platform: Platform): string {
  if (platform.hasRestrictedPool) return "always, in the device's own pool";
  const forced = releases.filter((release) => platform.forcesSwiotlb(release));
  const [first] = forced;
  const last = forced.at(-1);
  if (first === undefined || last === undefined) return 'not by itself';
  if (forced.length === releases.length) return 'always';
  const next = releases[releases.indexOf(last) + 1];
  const isOneRange = releases.indexOf(last) - releases.indexOf(first) + 1 === forced.length;
  if (!isOneRange) throw new Error(`${platform.id} bounces in releases that do not adjoin`);
  const from = first === releases[0] ? '' : `from ${releaseText(first)} on`;
  return [from, next === undefined ? '' : `before ${releaseText(next)}`]
    .filter((part) => part !== '')
    .join(', ');
}

/** Every release, oldest first: a major number's last minor, then on to the newest known. */
const releases: readonly Release[] = [
  { major: 3, last: 19 },
  { major: 4, last: 20 },
  { major: 5, last: 19 },
  { major: newest.major, last: newest.minor },
].flatMap(({ major, last }) => Array.from({ length: last + 1 }, (_, minor) => ({ major, minor })));

// ---- devices and policies ----------------------------------------------------------------------------------

function devicesTable(): string {
  const rows = devices.map((d) => [
    `\`${d.id}\``,
    d.sentence,
    addresses(d),
    d.isReleased ? 'yes' : 'no: it asks a question',
  ]);
  return table(['', 'device', 'addresses', 'met today'], rows);
}

function addresses({ spec, dmaAddress }: NamedDevice): string {
  const taken = spec.addresses === 'gpa' ? 'taken for guest-physical' : 'taken for bus addresses';
  return dmaAddress === 'equal' ? taken : `${taken}; the DMA address is ${dmaAddress}`;
}

function policiesTable(): string {
  const rows = namedPolicies.map((name) => {
    const policy = builtinPolicy(name);
    if (policy === null) throw new Error(`no policy ${name}`);
    return [`\`${name}\``, policy.title, policy.release];
  });
  return table(['', 'decides by', 'swiotlb and memory of'], rows);
}
