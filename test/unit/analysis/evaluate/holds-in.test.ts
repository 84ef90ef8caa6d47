import { describe, expect, it } from 'vitest';
import {
  holdsIn,
  type ScenarioFactsOptions,
  scenarioFacts,
} from '../../../../server/src/analysis/evaluate/index.js';
import { Resolver } from '../../../../server/src/analysis/index.js';
import { type Asked, edited, noFlag, policyOf, programOf, question, unedited, withFlag } from './support.js';

const resolver = new Resolver(programOf(unedited));
const { atoms } = resolver;
const { formulas } = atoms;
const flag = atoms.of({ kind: 'feature', name: 'VIRTIO_F_ACCESS_PLATFORM', of: 'negotiated' });
const oldName = atoms.of({ kind: 'feature', name: 'VIRTIO_F_IOMMU_PLATFORM', of: 'negotiated' });
const offered = atoms.of({ kind: 'feature', name: 'VIRTIO_F_ACCESS_PLATFORM', of: 'offered' });
const packed = atoms.of({ kind: 'feature', name: 'VIRTIO_F_RING_PACKED', of: 'negotiated' });
const xen = atoms.of({ kind: 'guest', name: 'xen_domain', argument: '' });
const cc = atoms.of({ kind: 'guest', name: 'cc_platform_has', argument: 'CC_ATTR_GUEST_MEM_ENCRYPT' });
const hook = atoms.of({ kind: 'guest', name: 'virtio_check_mem_acc_cb', argument: '' });
const moon = atoms.of({ kind: 'guest', name: 'moon_is_full', argument: '' });
const swiotlb = atoms.of({ kind: 'config', name: 'CONFIG_SWIOTLB' });
const premapped = atoms.of({ kind: 'state', name: 'vring_virtqueue.premapped', field: 'premapped' });
const other = atoms.opaque('1', 'vq->is_odd');
const bypass = formulas.and(formulas.not(flag), formulas.not(xen));

function holds(
  formula: number,
  asked: Asked,
  options: Partial<ScenarioFactsOptions> = {},
  files = unedited,
): string {
  const facts = scenarioFacts(question(asked), { policy: policyOf(files), ...options });
  const truth = holdsIn(formula, resolver, facts);
  return typeof truth === 'boolean' ? String(truth) : `? ${truth.why}`;
}

describe('a guard in a scenario', () => {
  it.each([
    ['the bypass, without the flag', bypass, { features: noFlag }, 'true'],
    ['the bypass, with the flag', bypass, { features: withFlag }, 'false'],
    ['the bypass, in a Xen guest', bypass, { features: noFlag, xen: true }, 'false'],
    ["the flag's old name", oldName, {}, 'true'],
    ['offered', offered, { features: noFlag }, 'false'],
    ['a bit the scenario leaves open', packed, {}, '? VIRTIO_F_RING_PACKED'],
    ['a bit left open that does not matter', formulas.or(flag, packed), {}, 'true'],
    ['a predicate with an argument', cc, { platform: 'sev' }, 'true'],
    ['the same in a plain guest', cc, {}, 'false'],
    ['a predicate nobody answers', moon, {}, '? moon_is_full()'],
    ["the platform's hook on SEV", hook, { platform: 'sev' }, 'true'],
    ["the platform's hook on PEF", hook, { platform: 'pef' }, 'false'],
    ['a configuration option', swiotlb, {}, 'true'],
    ['a mode', formulas.and(flag, premapped), {}, '? vring_virtqueue.premapped'],
    ['a mode of a place that is not reached', formulas.and(bypass, premapped), {}, 'false'],
    ['what was not understood', other, {}, '? vq->is_odd'],
    ['always', 1, {}, 'true'],
    ['never', 0, {}, 'false'],
  ] as const)('%s', (_, formula, asked, expected) => {
    expect(holds(formula, asked)).toBe(expected);
  });

  it('a bit the scenario is said to decide', () => {
    expect(holds(packed, {}, { decided: new Set(['VIRTIO_F_RING_PACKED']) })).toBe('false');
  });

  it("the hook is the tree's own", () => {
    const files = edited('drivers/virtio/virtio_anchor.c', 'return true', 'return false');
    expect(holds(hook, { platform: 'sev' }, {}, files)).toBe('false');
  });
});
