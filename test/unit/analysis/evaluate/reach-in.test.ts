import { describe, expect, it } from 'vitest';
import { scenarioFacts } from '../../../../server/src/analysis/evaluate/index.js';
import { Atoms } from '../../../../server/src/analysis/formulas/atoms.js';
import { reachIn } from '../../../../server/src/analysis/outcomes/reach-in.js';
import { type Asked, edited, noFlag, policyOf, question, unedited, withFlag } from './support.js';

const atoms = new Atoms();
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
const other = atoms.opaque({ file: '', at: 1, what: '' }, 'vq->is_odd');
const bypass = formulas.and(formulas.not(flag), formulas.not(xen));

function reached(formula: number, asked: Asked, files = unedited): string {
  const reach = reachIn(formula, atoms, scenarioFacts(question(asked), policyOf(files)));
  return typeof reach === 'string' ? reach : `? ${reach.unknown}`;
}

describe('a place in a scenario', () => {
  it.each([
    ['the bypass, without the flag', bypass, { features: noFlag }, 'reached'],
    ['the bypass, with the flag', bypass, { features: withFlag }, 'not reached'],
    ['the bypass, in a Xen guest', bypass, { features: noFlag, xen: true }, 'not reached'],
    ["the flag's old name", oldName, { features: noFlag }, 'not reached'],
    ['offered', offered, { features: noFlag }, 'not reached'],
    ['a bit that some device offers', packed, {}, 'reached'],
    [
      'a bit left open beside one that is not there',
      formulas.and(offered, packed),
      { features: noFlag },
      'not reached',
    ],
    ['a predicate with an argument', cc, { platform: 'sev' }, 'reached'],
    ['the same in a plain guest', cc, {}, 'not reached'],
    ['a predicate nobody answers', moon, {}, '? moon_is_full()'],
    ['one that does not matter', formulas.and(xen, moon), {}, 'not reached'],
    ["the platform's hook on SEV", hook, { platform: 'sev' }, 'reached'],
    ["the platform's hook on PEF", hook, { platform: 'pef' }, 'not reached'],
    ['a configuration that somebody builds', formulas.not(swiotlb), {}, 'reached'],
    ['a mode', formulas.and(flag, premapped), {}, 'reached'],
    ['a mode of a place that is not reached', formulas.and(bypass, premapped), {}, 'not reached'],
    ['what was not understood', other, {}, 'reached'],
    ['always', 1, {}, 'reached'],
    ['never', 0, {}, 'not reached'],
  ] as const)('%s', (_, formula, asked, expected) => {
    expect(reached(formula, asked)).toBe(expected);
  });

  it("the hook is the tree's own", () => {
    const files = edited('drivers/virtio/virtio_anchor.c', 'return true', 'return false');
    expect(reached(hook, { platform: 'sev' }, files)).toBe('not reached');
  });
});
