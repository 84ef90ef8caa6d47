import { describe, expect, it } from 'vitest';
import { type Condition, implies, isEquivalent, parseCondition } from '../../support/conditions.js';

function condition(text: string): Condition {
  const parsed = parseCondition(text);
  if (parsed === null) throw new Error(`not a condition: ${text}`);
  return parsed;
}

function areEqual(a: string, b: string): boolean {
  return isEquivalent(condition(a), condition(b));
}

describe('conditions that say the same', () => {
  it.each([
    ['!(A || B)', '!A && !B'],
    ['A && (B || C)', '(A && C) || (B && A)'],
    ['!!A', 'A'],
    ['true', 'A || !A'],
    ['vq->use_dma_api', 'VIRTIO_F_ACCESS_PLATFORM || xen_domain()'],
    ['vring_use_map_api(vq->vq.vdev)', 'VIRTIO_F_ACCESS_PLATFORM || xen_domain()'],
    ['!virtio_has_dma_quirk(vdev) || xen_domain()', 'vq->use_dma_api'],
    ['!vq->do_unmap', '!(VIRTIO_F_ACCESS_PLATFORM || xen_domain()) || vring_virtqueue.premapped'],
    ['vring_virtqueue.premapped', 'vq->premapped'],
    ['vq->packed_ring', 'VIRTIO_F_RING_PACKED'],
    ['virtio_has_feature(vdev, VIRTIO_NET_F_MQ)', 'VIRTIO_NET_F_MQ'],
    ['features & BIT_ULL(VIRTIO_F_VERSION_1)', 'VIRTIO_F_VERSION_1'],
    ['!(features & (1ULL << VIRTIO_F_VERSION_1))', '!VIRTIO_F_VERSION_1'],
    ['config->mask & VDPA_ATTR_MTU', 'config->mask & BIT_ULL(VDPA_ATTR_MTU)'],
    ['VIRTIO_F_IOMMU_PLATFORM', 'VIRTIO_F_ACCESS_PLATFORM'],
    ['IS_ENABLED(CONFIG_PM_SLEEP)', 'defined(CONFIG_PM_SLEEP)'],
    ['likely(xen_domain())', 'xen_domain()'],
    ['vcdev->revision < 1', 'vcdev->revision == 0'],
    ['vcdev->revision >= 1', 'vcdev->revision'],
    ['vm_dev->version > 1', 'vm_dev->version >= 2'],
    ['1 < vm_dev->version', 'vm_dev->version != 0 && vm_dev->version != 1'],
    ['p == NULL', '!p'],
    ['mem->of_resm_idx == -1', '!(mem->of_resm_idx != -1)'],
    ['fbit >= VIRTIO_TRANSPORT_F_START', '!(fbit < VIRTIO_TRANSPORT_F_START)'],
    ['virtio_check_mem_acc_cb(dev)', 'virtio_check_mem_acc_cb(vdev)'],
  ])('%s  ==  %s', (a, b) => {
    expect(areEqual(a, b)).toBe(true);
  });
});

describe('conditions that differ', () => {
  it.each([
    ['A && B', 'A || B'],
    ['VIRTIO_F_ACCESS_PLATFORM', 'offered(VIRTIO_F_ACCESS_PLATFORM)'],
    ['!virtio_has_dma_quirk(vdev)', 'vq->use_dma_api'],
    ['cc_platform_has(CC_ATTR_MEM_ENCRYPT)', 'cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT)'],
    ['vm_dev->version == 1', 'vm_dev->version != 2'],
    ['(before ^ after) & NETIF_F_LRO', 'after & NETIF_F_LRO'],
    ['vq->packed_ring', 'vq->use_dma_api'],
    ['true', 'A'],
  ])('%s  !=  %s', (a, b) => {
    expect(areEqual(a, b)).toBe(false);
  });
});

describe('words', () => {
  it.each([
    'validate changed dev->features',
    'device type conditions',
    '',
    'A &&',
    '(A',
    'A ? : B)',
    'f(x y)',
  ])('%j is no condition', (text) => {
    expect(parseCondition(text)).toBeNull();
  });
});

describe('implies', () => {
  it('knows that two constants of one term exclude each other', () => {
    expect(implies(condition('v == 1'), condition('v != 2'))).toBe('yes');
    expect(implies(condition('v != 2'), condition('v == 1'))).toBe('no');
  });

  it('lets the conclusion add what is free, and nothing else', () => {
    expect(implies(condition('A'), condition('A && S'), new Set(['S']))).toBe('yes');
    expect(implies(condition('A'), condition('A && S && T'), new Set(['S']))).toBe('no');
    expect(implies(condition('A'), condition('A && S && !S'), new Set(['S']))).toBe('no');
  });

  it('never frees a term of the premise', () => {
    expect(implies(condition('A || B'), condition('A && B'), new Set(['A', 'B']))).toBe('no');
  });

  it('gives up where the values are too many, and says so', () => {
    const indexes = Array.from({ length: 20 }, (_, i) => i);
    const order = indexes.map((i) => `x${i}`).join(' || ');
    const same = indexes.map((i) => `((x${i} && y${i}) || (!x${i} && !y${i}))`).join(' && ');
    expect(implies(condition(`(${order} || true) && ${same}`), condition('(x0 && y0) || (!x0 && !y0)'))).toBe(
      'too-large',
    );
  });
});
