import { describe, expect, it } from 'vitest';
import { type Outcome, type RunResult, runScenario, type Scenario } from '../../../server/src/model/index.js';

/**
 * Which guest, which device: what becomes of ring and payload in Linux 6.1 and 6.12. Written from the kernel's sources,
 * row by row, and not from the model: S secure platform; O the device offers ACCESS_PLATFORM; D what it takes addresses
 * for; E how DMA addresses lie to physical ones; F `swiotlb=`.
 */
interface Row {
  readonly why: string;
  readonly on: readonly Scenario['platform'][];
  readonly device: Partial<Scenario['device']>;
  readonly boot?: Pick<Scenario, 'dmaAddress' | 'swiotlb' | 'xen' | 'driver'>;
  readonly ring: Outcome;
  readonly payload: Outcome;
  readonly errno?: string;
}

const hooked: Scenario['platform'][] = ['sev', 'sev-es', 'sev-snp', 'tdx', 'hyperv-cvm', 's390-pv'];
const unhooked: Scenario['platform'][] = ['pef', 'pkvm', 'cca'];
const amd: Scenario['platform'][] = ['sev', 'sev-es', 'sev-snp'];
const faulting: Scenario['platform'][] = ['s390-pv', 'hyperv-cvm', 'pef', 'cca', 'pkvm'];
const open: Scenario['platform'][] = ['plain', 'sme-host'];

const flag = { offersAccessPlatform: true } as const;
const noFlag = { offersAccessPlatform: false } as const;

const rows: Row[] = [
  {
    why: 'virtio_features_ok() refuses a device without the flag where a hook restricts memory access',
    on: hooked,
    device: noFlag,
    ring: 'refused',
    payload: 'refused',
    errno: '-ENODEV',
  },
  {
    why: 'a driver that clears the flag in validate is refused there too',
    on: hooked,
    device: flag,
    boot: { driver: { clearsAccessPlatform: true } },
    ring: 'refused',
    payload: 'refused',
    errno: '-ENODEV',
  },
  {
    why: 'the balloon driver clears the flag by itself',
    on: hooked,
    device: { ...flag, class: 'balloon' },
    ring: 'refused',
    payload: 'refused',
    errno: '-ENODEV',
  },
  {
    why: 'a legacy device cannot carry the flag',
    on: hooked,
    device: { ...noFlag, transport: 'pci-legacy' },
    ring: 'refused',
    payload: 'refused',
    errno: '-ENODEV',
  },
  {
    why: 'with the flag, rings are coherent memory made shared and payload is bounced; the DMA address is physical',
    on: [...hooked, 'cca', 'pkvm'],
    device: { ...flag, addresses: 'gpa' },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'the same for a device that takes bus addresses',
    on: [...hooked, 'cca', 'pkvm'],
    device: { ...flag, addresses: 'bus' },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'dma-iommu neither bounces nor shares coherent memory: the IOVA leads to private memory',
    on: faulting,
    device: { ...flag, addresses: 'bus' },
    boot: { dmaAddress: 'translated' },
    ring: 'fault',
    payload: 'fault',
  },
  {
    why: 'the same where memory is ciphertext to the device',
    on: amd,
    device: { ...flag, addresses: 'bus' },
    boot: { dmaAddress: 'translated' },
    ring: 'ciphertext',
    payload: 'ciphertext',
  },
  {
    why: 'an IOVA taken for a guest-physical address leads elsewhere',
    on: [...hooked, ...unhooked, ...open],
    device: { ...flag, addresses: 'gpa' },
    boot: { dmaAddress: 'translated' },
    ring: 'misread',
    payload: 'misread',
  },
  {
    why: 'a bus address with an offset taken for a guest-physical one leads elsewhere',
    on: [...hooked, ...unhooked, ...open],
    device: { ...flag, addresses: 'gpa' },
    boot: { dmaAddress: 'offset' },
    ring: 'misread',
    payload: 'misread',
  },
  {
    why: 'a device that honours the offset is bounced as any other',
    on: [...hooked, 'cca', 'pkvm'],
    device: { ...flag, addresses: 'bus' },
    boot: { dmaAddress: 'offset' },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'swiotlb=noforce on AMD: the ring is shared, the address of payload carries the C-bit',
    on: amd,
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'noforce' } },
    ring: 'direct',
    payload: 'misread',
  },
  {
    why: 'swiotlb=noforce on TDX: payload is the private page, the device sees its shared alias',
    on: ['tdx'],
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'noforce' } },
    ring: 'direct',
    payload: 'stale',
  },
  {
    why: 'swiotlb=noforce on s390: the access to the private page is stopped',
    on: ['s390-pv', 'pef', 'cca', 'hyperv-cvm'],
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'noforce' } },
    ring: 'direct',
    payload: 'fault',
  },
  {
    why: 'noforce speaks of the default pool; a restricted pool is the device own',
    on: ['pkvm'],
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'noforce' } },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'no hook: the device is given private memory, ring and payload',
    on: unhooked,
    device: { ...noFlag, addresses: 'gpa' },
    ring: 'fault',
    payload: 'fault',
  },
  {
    why: 'PEF since 5.19: the flag to bounce comes after the pool is made, so there is none',
    on: ['pef'],
    device: { ...flag, addresses: 'gpa' },
    ring: 'direct',
    payload: 'fault',
  },
  {
    why: 'PEF with swiotlb=force',
    on: ['pef'],
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'force' } },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'classic virtio; swiotlb=force has no effect without the DMA API',
    on: open,
    device: { ...noFlag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'force' } },
    ring: 'direct',
    payload: 'direct',
  },
  {
    why: 'a device behind an IOMMU that did not ask for the flag is given physical addresses',
    on: open,
    device: { ...noFlag, addresses: 'bus' },
    boot: { dmaAddress: 'translated' },
    ring: 'misread',
    payload: 'misread',
  },
  {
    why: 'the same with an offset',
    on: open,
    device: { ...noFlag, addresses: 'bus' },
    boot: { dmaAddress: 'offset' },
    ring: 'misread',
    payload: 'misread',
  },
  {
    why: 'with the flag a translation is honoured',
    on: open,
    device: { ...flag, addresses: 'bus' },
    boot: { dmaAddress: 'translated' },
    ring: 'direct',
    payload: 'direct',
  },
  {
    why: 'forced bouncing of a plain guest',
    on: open,
    device: { ...flag, addresses: 'gpa' },
    boot: { swiotlb: { mode: 'force' } },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'dma-iommu ignores swiotlb=force',
    on: open,
    device: { ...flag, addresses: 'bus' },
    boot: { swiotlb: { mode: 'force' }, dmaAddress: 'translated' },
    ring: 'direct',
    payload: 'direct',
  },
  {
    why: 'a Xen guest uses the DMA API without the flag',
    on: ['plain'],
    device: { ...noFlag, addresses: 'bus' },
    boot: { xen: true, dmaAddress: 'translated' },
    ring: 'direct',
    payload: 'direct',
  },
  {
    why: 'a modern transport without VERSION_1 is refused by the transport itself',
    on: ['plain', 'sev'],
    device: { ...flag, offersVersion1: false, transport: 'pci-modern' },
    ring: 'refused',
    payload: 'refused',
    errno: '-EINVAL',
  },
  {
    why: 'a legacy MMIO device works as ever, its upper feature word included',
    on: ['plain'],
    device: { ...flag, offersVersion1: false, transport: 'mmio' },
    boot: { swiotlb: { mode: 'force' } },
    ring: 'direct',
    payload: 'bounced',
  },
  {
    why: 'a channel device of revision 0 has 32 feature bits',
    on: ['s390-pv'],
    device: { ...flag, offersVersion1: false, transport: 'ccw' },
    ring: 'refused',
    payload: 'refused',
    errno: '-ENODEV',
  },
];

describe.each(['v6.1', 'v6.12'])('%s', (policy) => {
  it.each(rows.flatMap((row) => row.on.map((platform) => ({ ...row, platform }))))(
    '$platform: $why',
    ({ platform, device, boot, ring, payload, errno }) => {
      const result: RunResult = runScenario({
        policy,
        platform,
        device: { class: 'blk', offersAccessPlatform: false, addresses: 'gpa', ...device },
        ...boot,
      });
      expect({ ring: result.ring, payload: result.payload, errno: result.gate?.errno }).toEqual({
        ring,
        payload,
        errno,
      });
    },
  );
});

describe('eras', () => {
  const base = { platform: 'sev', device: { class: 'blk', addresses: 'gpa' } } as const;
  const run = (policy: string, scenario: Partial<Scenario>): RunResult =>
    runScenario({ ...base, policy, ...scenario } as Scenario);

  it.each([
    ['v4.5', 'sev', 'ciphertext'],
    ['v4.8', 'sev', 'ciphertext'],
    ['v5.9', 's390-pv', 'fault'],
    ['v5.10', 's390-pv', 'refused'],
    ['v5.10', 'sev', 'ciphertext'],
    ['v5.12', 'sev', 'ciphertext'],
    ['v5.13', 'sev', 'refused'],
    ['v5.19', 'tdx', 'refused'],
    ['v6.18', 'pef', 'fault'],
    ['rfc-2019', 'sev', 'bounced'],
    ['rampai-2019', 'pef', 'bounced'],
    ['rampai-2019', 'sev', 'refused'],
    ['rampai-2019', 'sme-host', 'refused'],
    ['rampai-2019', 's390-pv', 'fault'],
    ['gibson-2019', 'sev', 'refused'],
    ['gibson-2019', 'plain', 'direct'],
    ['flag-only', 'sev', 'ciphertext'],
  ] as const)('%s on %s, no flag: %s', (policy, platform, outcome) => {
    const device = { ...base.device, offersAccessPlatform: false };
    expect(run(policy, { platform, device }).outcome).toBe(outcome);
  });

  it.each([
    // pv_init() forces after the command line was read: a pool of one slot, no pool, or the whole of it.
    ['v5.12', 's390-pv', 'exhausted'],
    ['v5.13', 's390-pv', 'exhausted'],
    ['v5.15', 's390-pv', 'bounced'],
    ['v5.19', 's390-pv', 'fault'],
    ['v5.4', 'pef', 'exhausted'],
    ['v5.4', 'sev', 'misread'],
  ] as const)('%s on %s, swiotlb=noforce: %s', (policy, platform, outcome) => {
    const device = { ...base.device, offersAccessPlatform: true };
    expect(run(policy, { platform, device, swiotlb: { mode: 'noforce' } }).outcome).toBe(outcome);
  });

  it('knows the flag from 4.8', () => {
    const device = { ...base.device, offersAccessPlatform: true };
    expect(run('v4.7', { device }).accessPlatformNegotiated).toBe(false);
    expect(run('v4.8', { device }).accessPlatformNegotiated).toBe(true);
  });

  it('takes the flag only where the platform asks for it, by the August 2019 proposal', () => {
    const device = { ...base.device, offersAccessPlatform: true };
    expect(run('gibson-2019', { platform: 'plain', device }).accessPlatformNegotiated).toBe(false);
    expect(run('gibson-2019', { platform: 'sev', device }).accessPlatformNegotiated).toBe(true);
  });

  it('refuses the October 2019 series devices with -EINVAL', () => {
    const device = { ...base.device, offersAccessPlatform: false };
    expect(run('rampai-2019', { device }).gate?.errno).toBe('-EINVAL');
  });

  it('uses the DMA API in Xen guests from 4.6', () => {
    const device = { ...base.device, offersAccessPlatform: false };
    expect(run('v4.5', { platform: 'plain', xen: true, device }).usesDmaApi).toBe(false);
    expect(run('v4.6', { platform: 'plain', xen: true, device }).usesDmaApi).toBe(true);
  });
});
