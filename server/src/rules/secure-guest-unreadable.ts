import type { FoundSite, SiteOutcome } from '../analysis/index.js';
import { deviceOf, isSince, type Outcome, platformOf, type Release, releaseOf } from '../model/index.js';
import type { Found, Rule, RuleContext } from './rule.js';

/** Outcomes in which the device does not get at the data, with what it meets. */
const unreadable: Partial<Readonly<Record<Outcome, string>>> = {
  ciphertext: 'the device reads ciphertext',
  stale: 'the device sees other memory under that address',
  fault: 'the device faults',
  misread: 'the device takes the address for something else',
};

export const secureGuestUnreadable: Rule = {
  id: 'secure-guest-unreadable',
  level: 'warning',
  summary: 'a place that some secure guest reaches with an address the device cannot use',
  page: `# secure-guest-unreadable

A physical address reaches the device, and in some kind of secure guest nothing in this tree keeps it from happening: the
place is reached, and the device is not refused first. What follows was run on the model, byte by byte.

## Why it matters

Memory of a secure guest is private. A device that is given its physical address faults, reads ciphertext, or sees other
memory; the ring is dead, or the data is garbage, and no error is reported anywhere.

## How it is found

The guard of each bypass site is evaluated in each kind of guest with each kind of device, after the tree's own negotiation
was run: the transport's feature bits, the driver's \`->validate\`, the platform's hook, the acceptance of the device. Where
the device is refused, all is quiet. Where the place is reached, the machine hands the device the address and looks at
what it sees.

## Levels

A *warning* where platform and device are in use with a kernel of this version; a *note* where guests of this version do not
run on the platform yet.

## What to do

- Refuse the device where the platform protects memory: \`virtio_check_mem_acc_cb\`, set by the architecture's code.
- Or use the DMA API there, if the device can be told addresses of shared memory.

## What it does not report

One root cause is reported once for a file: the other places are listed with it. Places whose guard rests on something
that is not known have the outcome \`undecided\` and no finding.
`,
  run: (context) => {
    const groups = new Map<string, { readonly sites: FoundSite[]; readonly bad: readonly SiteOutcome[] }>();
    for (const site of context.inventory.sites) {
      if (site.site.category !== 'bypass') continue;
      const bad = (context.outcomes.get(site) ?? []).filter((o) => unreadable[o.outcome] !== undefined);
      if (bad.length === 0) continue;
      const key = [site.site.file, ...bad.map((o) => `${o.platform} ${o.device} ${o.outcome}`)].join('\0');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { sites: [site], bad });
      else group.sites.push(site);
    }
    return [...groups.values()].map(({ sites, bad }) => toFinding(context, sites, bad));
  },
};

/** Payload first: it is what a reviewer looks for; then the order of the source. */
const preference: readonly string[] = ['cpu_phys_to_device', 'payload_gpa'];

function toFinding(context: RuleContext, sites: readonly FoundSite[], all: readonly SiteOutcome[]): Found {
  const rank = ({ site }: FoundSite): number =>
    (preference.indexOf(site.kind) + preference.length + 1) % (preference.length + 1);
  const [main, ...others] = [...sites].sort((a, b) => rank(a) - rank(b));
  if (main === undefined) throw new RangeError('a finding without a site');
  const version = context.program.tree.version;
  const release = version === null ? null : releaseOf(version);
  const met = all.filter((outcome) => isMet(outcome, release));
  return {
    // What cannot be met yet is only spoken of where nothing can.
    message: messageOf(main, met.length > 0 ? met : all),
    level: met.length > 0 ? 'warning' : 'note',
    file: main.site.file,
    function: main.site.function,
    range: main.site.range,
    site: main.site.id,
    related: others.map(({ site }) => ({
      file: site.file,
      range: site.range,
      message: `the same in ${site.function === '' ? 'this place' : `${site.function}()`}: ${site.expression}`,
    })),
  };
}

/** Whether guests of this release run on the platform, and such devices exist. */
function isMet({ platform, device }: SiteOutcome, release: Release | null): boolean {
  const isRunning = release === null || isSince(release, platformOf(platform).since);
  return isRunning && deviceOf(device).isReleased;
}

function messageOf(main: FoundSite, bad: readonly SiteOutcome[]): string {
  const [first] = bad;
  if (first === undefined) throw new RangeError('a finding without an outcome');
  const platforms = names(bad.map((o) => platformOf(o.platform).name));
  const alike = bad.filter((o) => o.outcome === first.outcome).length === bad.length;
  const what = alike
    ? unreadable[first.outcome]
    : names([...new Set(bad.map((o) => `${unreadable[o.outcome]} (${platformOf(o.platform).name})`))]);
  const device = deviceOf(first.device).sentence;
  const accepted = first.acceptedBy === undefined ? '' : `: it is accepted by ${first.acceptedBy}`;
  return `on ${platforms} with ${device} the address given by ${main.site.function}() is private: ${what}; nothing in this tree refuses the device there${accepted}`;
}

/** `a`, `a and b`, `a, b and c`; each once. */
function names(list: readonly string[]): string {
  const unique = [...new Set(list)];
  const last = unique.pop() ?? '';
  return unique.length === 0 ? last : `${unique.join(', ')} and ${last}`;
}
