import { decisionFacts, withoutSecureGuests } from '@vringside/grammars/guest-facts';
import { TRUE } from '../analysis/formulas/formula.js';
import type { FoundSite } from '../analysis/index.js';
import type { Program } from '../program/index.js';
import type { Level } from './finding.js';
import type { Found, Rule } from './rule.js';

function inMessage(what: string): (fn: string) => string {
  return (fn) =>
    `${fn}() tells the device ${what} inside a message, whatever was negotiated: the DMA API does not protect it, and nothing here keeps a guest with private memory from sending it`;
}

/** Kinds whose address the device follows or is told, with what to say of them. */
const subjects: Readonly<Record<string, { readonly level: Level; readonly says: (fn: string) => string }>> = {
  cpu_phys_to_device: {
    level: 'warning',
    says: (fn) =>
      `${fn}() gives the device a CPU physical address as its DMA address under no condition: in a secure guest that memory is private, and the device faults or reads ciphertext`,
  },
  ring_alloc_plain: {
    level: 'warning',
    says: (fn) =>
      `${fn}() takes the memory of a ring from the page allocator under no condition: in a secure guest it stays private, and the device never sees a valid ring`,
  },
  payload_gpa: { level: 'note', says: inMessage('a guest-physical address') },
  payload_pfn: { level: 'note', says: inMessage('page frame numbers') },
};

export const dmaBypassUnconditional: Rule = {
  id: 'dma-bypass-unconditional',
  level: 'warning',
  summary: 'a payload or ring address that no guard protects',
  page: `# dma-bypass-unconditional

A CPU physical address reaches the device, and nothing on the way asks whether the device can use one: no feature bit,
no predicate of the guest, no decision function.

## Why it matters

Without \`VIRTIO_F_ACCESS_PLATFORM\` a device takes addresses as guest-physical. In a secure guest that memory is private:
the device faults or reads ciphertext. With the bit, the device takes addresses as bus addresses and reads another page.
An address that is physical whatever was negotiated is wrong in one case or the other.

## Levels

A *warning* for an address the device follows: a descriptor's, a ring's, a buffer's. A *note* for an address that the
protocol itself carries inside a message (balloon, virtio-mem): nothing reads that memory, but its contents and its owner are the
host's business only in a guest that trusts the host.

## What to do

- Ring and payload: let the virtio core map the buffer, or map it with the ring's DMA device and check the result with
  \`dma_mapping_error()\`.
- An address in a message: refuse the device in \`->validate\` where the platform restricts memory access, or clear the
  feature that leads here.

## What it does not report

Addresses behind a guard, even a wrong one (see \`guard-differs-from-core\`); the other ends of a queue (vhost, vDPA
parents, software devices); IOMMU drivers, whose requests map physical addresses by design; architectures that are never
a secure guest; a driver that clears ACCESS_PLATFORM in \`->validate\`, since a restricted guest then refuses the device.
`,
  run: ({ inventory, program }) => {
    const found: Found[] = [];
    const refusing = filesThatGiveUpTheFlag(inventory.sites);
    for (const site of inventory.sites) {
      const subject = subjects[site.site.kind];
      if (subject === undefined || site.formula !== TRUE || site.site.guard !== null) continue;
      if (!isInSecureGuest(site.site.file) || refusing.has(site.site.file) || isIommuDriver(program, site))
        continue;
      found.push({ ...toFinding(site, subject.says), level: subject.level });
    }
    return found;
  },
};

/** A driver that clears ACCESS_PLATFORM is refused by the core wherever the platform restricts memory access (5.10+). */
function filesThatGiveUpTheFlag(sites: readonly FoundSite[]): ReadonlySet<string> {
  const clears = sites.filter(
    ({ site }) => site.kind === 'clear_bit' && decisionFacts.has(site.feature ?? ''),
  );
  return new Set(clears.map(({ site }) => site.file));
}

function isInSecureGuest(file: string): boolean {
  const arch = /^arch\/([^/]+)\//.exec(file)?.[1];
  return arch === undefined || !withoutSecureGuests.has(arch);
}

/** Requests of an IOMMU driver name physical addresses because mapping them is what it is asked for. */
function isIommuDriver(program: Program, { site }: FoundSite): boolean {
  return (
    site.kind === 'payload_gpa' &&
    ['iommu_ops', 'iommu_domain_ops'].some((n) => program.chunksMentioning(site.file, n).length > 0)
  );
}

function toFinding({ site }: FoundSite, says: (fn: string) => string): Found {
  return {
    message: says(site.function),
    file: site.file,
    function: site.function,
    range: site.range,
    site: site.id,
    related: [],
  };
}
