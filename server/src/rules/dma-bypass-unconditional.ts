import { TRUE } from '../analysis/formula.js';
import type { FoundSite } from '../analysis/index.js';
import type { Found, Rule } from './rule.js';

/** Kinds whose address the device follows, with what the device does when it is private. */
const subjects: Readonly<Record<string, string>> = {
  cpu_phys_to_device: 'is given to the device as its DMA address',
  payload_gpa: 'is sent to the device inside a message',
  ring_alloc_plain: 'becomes the memory of a ring',
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

## What to do

- Ring and payload: let the virtio core map the buffer, or map it with the ring's DMA device and check the result with
  \`dma_mapping_error()\`.
- An address the protocol itself carries (balloon, virtio-mem): refuse the device in \`->validate\` where the platform
  restricts memory access, or clear the feature that leads here.

## What it does not report

Addresses behind a guard, even a wrong one (see \`guard-differs-from-core\`), and the other ends of a queue: vhost,
vDPA parents, software devices.
`,
  run: ({ inventory }) => {
    const found: Found[] = [];
    for (const site of inventory.sites) {
      const what = subjects[site.site.kind];
      if (what === undefined || site.formula !== TRUE || site.site.guard !== null) continue;
      found.push(toFinding(site, what));
    }
    return found;
  },
};

function toFinding({ site }: FoundSite, what: string): Found {
  return {
    message: `physical address in ${site.function}() ${what} under no condition: in a secure guest that memory is private and the device cannot read it`,
    file: site.file,
    function: site.function,
    range: site.range,
    site: site.id,
    related: [],
  };
}
