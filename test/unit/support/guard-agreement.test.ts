import { describe, expect, it } from 'vitest';
import { judgeGuard, statementAt } from '../../support/guard-agreement.js';

const bypass = {
  category: 'bypass',
  file: 'drivers/virtio/virtio_ring.c',
  feature: '',
  context: null,
} as const;

function guard(resolved: string) {
  return { written: '', resolved, via: [] };
}

function verdict(
  row: { guard: string; context?: string | null; feature?: string; file?: string },
  found: string | null,
): string {
  const full = { ...bypass, context: null, ...row };
  return judgeGuard(full, found === null ? null : guard(found), null).verdict;
}

const dmaApi = '(VIRTIO_F_ACCESS_PLATFORM || xen_domain())';

describe('the guard of a matched row', () => {
  it('is right when it says the same in other words', () => {
    expect(verdict({ guard: `!${dmaApi}` }, '!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()')).toBe('right');
    expect(verdict({ guard: '-' }, null)).toBe('right');
    expect(verdict({ guard: '!vq->packed_ring' }, '!VIRTIO_F_RING_PACKED')).toBe('right');
  });

  it('is wrong when it lacks a part, adds one, or is missing', () => {
    expect(verdict({ guard: `!${dmaApi}` }, '!VIRTIO_F_ACCESS_PLATFORM')).toBe('wrong');
    expect(verdict({ guard: `!${dmaApi}` }, null)).toBe('wrong');
    expect(verdict({ guard: '-' }, 'VIRTIO_F_RING_PACKED')).toBe('wrong');
    expect(verdict({ guard: 'vm_dev->version == 1' }, null)).toBe('wrong');
  });

  it('may lie between the guard and the guard with its context', () => {
    const row = { guard: 'A', context: 'B && C' };
    for (const found of ['A', 'A && B && C', 'A && B', 'A && C'])
      expect([found, verdict(row, found)]).toEqual([found, 'right']);
    for (const found of ['B && C', 'A && D', 'A && !B'])
      expect([found, verdict(row, found)]).toEqual([found, 'wrong']);
  });

  it('must imply the guard where the context is in words', () => {
    const row = { guard: 'A', context: 'device type conditions' };
    expect(verdict(row, 'A && id')).toBe('right');
    expect(verdict(row, 'id')).toBe('wrong');
  });

  it('reads a formula that ends in a remark', () => {
    const row = { guard: '-', context: 'VIRTIO_BALLOON_F_REPORTING (error path)' };
    expect(verdict(row, 'VIRTIO_BALLOON_F_REPORTING')).toBe('right');
    expect(verdict(row, 'VIRTIO_BALLOON_F_STATS_VQ')).toBe('wrong');
  });

  it('may speak of errors, NULL and sizes besides', () => {
    expect(verdict({ guard: 'A' }, 'A && !err && !dma_mapping_error(dev, addr)')).toBe('right');
    expect(verdict({ guard: 'A' }, '!err')).toBe('wrong');
  });

  it('is undecided when the tool says that it does not know', () => {
    expect(verdict({ guard: 'A' }, 'unknown(vq->mode)')).toBe('undecided');
  });

  it('need not speak of a helper that the tool has looked into', () => {
    const row = { guard: 'A', context: 'validate_features(vdev)' };
    expect(verdict(row, 'A && (B || C)')).toBe('right');
    expect(verdict(row, 'B || C')).toBe('wrong');
    expect(verdict(row, 'A && B && validate_features(vdev)')).toBe('wrong');
  });

  it('takes the bits of a back end as they stand, whosever the word is', () => {
    const found = 'offered(VIRTIO_NET_F_MQ)';
    expect(verdict({ guard: 'VIRTIO_NET_F_MQ', file: 'drivers/vdpa/vdpa.c' }, found)).toBe('right');
    expect(verdict({ guard: 'VIRTIO_NET_F_MQ', file: 'drivers/net/virtio_net.c' }, found)).toBe('wrong');
    expect(
      verdict({ guard: 'offered(VIRTIO_NET_F_MQ)', file: 'drivers/vdpa/vdpa.c' }, 'VIRTIO_NET_F_MQ'),
    ).toBe('wrong');
  });

  it('names what it lacks and what it adds', () => {
    const judged = judgeGuard({ ...bypass, guard: 'vm_dev->version == 1 && A' }, guard('A && B'), null);
    expect(judged).toEqual({ verdict: 'wrong', reason: 'differs', lacks: ['.version'], adds: ['B'] });
  });
});

describe('operands of the same expression', () => {
  const row = { ...bypass, category: 'feature', feature: 'VIRTIO_NET_F_MTU', guard: '-' } as const;
  const statement = 'if (vi->has_cvq && !xen_domain() && virtio_has_feature(vdev, VIRTIO_NET_F_MTU)) ';

  it('may be added to the guard of a feature row', () => {
    expect(judgeGuard(row, guard('VIRTIO_NET_F_CTRL_VQ && !xen_domain()'), statement).verdict).toBe('right');
    expect(judgeGuard(row, guard('VIRTIO_NET_F_CTRL_VQ'), null).verdict).toBe('wrong');
    expect(judgeGuard(row, guard('VIRTIO_NET_F_GSO'), statement).verdict).toBe('wrong');
  });

  it('are not the tested bit itself', () => {
    expect(judgeGuard(row, guard('VIRTIO_NET_F_MTU'), statement).verdict).toBe('wrong');
  });

  it('do not excuse the guard of a bypass row', () => {
    expect(
      judgeGuard({ ...row, category: 'bypass', feature: '' }, guard('VIRTIO_NET_F_CTRL_VQ'), statement)
        .verdict,
    ).toBe('wrong');
  });
});

describe('statementAt', () => {
  const source = [
    'int f(void)',
    '{',
    '\ta();',
    '\tif (b && /* ; not an end */',
    '\t    c(d)) {',
    '\t\te();',
    '\t}',
    '}',
  ].join('\n');

  it('spans the lines of one statement and no more', () => {
    for (const line of [4, 5]) {
      expect(statementAt(source, line)).toMatch(/if \(b &&\s+c\(d\)\)/);
      expect(statementAt(source, line)).not.toMatch(/a\(\)|e\(\)|not an end/);
    }
    expect(statementAt(source, 3).trim()).toBe('a();');
  });

  it('is empty past the end', () => {
    expect(statementAt(source, 99)).toBe('');
  });
});
