/** The boots: a kernel, one or two devices with their options, the bounce pool, and a suite of the guest. */

export type Release = '6.1' | '6.12';

export const releases: readonly Release[] = ['6.12', '6.1'];

export interface DeviceOptions {
  readonly isAccessPlatformOffered: boolean;
  readonly isPacked: boolean;
  readonly isIndirect: boolean;
  readonly hasEventIdx: boolean;
  readonly transport: 'modern' | 'transitional';
}

/** What is plugged in: rows of a suite speak of these devices. */
export type Setup =
  | 'blk+net'
  | 'blk'
  | 'scsi'
  | 'rng'
  | 'console'
  | '9p'
  | 'balloon'
  | 'input'
  | 'crypto'
  | 'gpu';

export interface Boot {
  readonly id: string;
  readonly setup: Setup;
  /** A function `suite_NAME` of guest/suites.sh. */
  readonly suite: string;
  readonly device: DeviceOptions;
  /** The value of `swiotlb=` on the kernel's command line; null: not given. */
  readonly swiotlb: string | null;
  readonly cpus: number;
  /** Entries of the network card's receive ring. */
  readonly rxRing: number;
  /**
   * What the network card is plugged into: QEMU's user-space stack, or a tap device in a network namespace of its own,
   * which alone can take and give packets that are not segmented.
   */
  readonly backend: 'user' | 'tap';
  /** Further options of the network card, as QEMU takes them. */
  readonly netOptions: readonly string[];
  /** Kernels it is worth while on. */
  readonly releases: readonly Release[];
}

const modern: DeviceOptions = {
  isAccessPlatformOffered: true,
  isPacked: false,
  isIndirect: true,
  hasEventIdx: true,
  transport: 'modern',
};

function boot(
  id: string,
  suite: string,
  change: Partial<Omit<Boot, 'device'>> & { device?: Partial<DeviceOptions> } = {},
): Boot {
  return {
    id,
    suite,
    setup: 'blk+net',
    swiotlb: 'force',
    cpus: 2,
    rxRing: 256,
    backend: 'user',
    netOptions: [],
    releases,
    ...change,
    device: { ...modern, ...change.device },
  };
}

const noOffload = ['guest_tso4=off', 'guest_tso6=off', 'guest_ufo=off', 'guest_ecn=off'];

/** In the order in which they tell most. */
export const boots: readonly Boot[] = [
  boot('bounced', 'main'),
  boot('no-access-platform', 'main', { device: { isAccessPlatformOffered: false } }),
  boot('not-forced', 'main', { swiotlb: null }),
  boot('packed', 'main', { device: { isPacked: true } }),
  boot('direct-descriptors', 'main', { device: { isIndirect: false } }),
  boot('packed-direct-descriptors', 'main', { device: { isPacked: true, isIndirect: false } }),
  boot('no-event-idx', 'main', { device: { hasEventIdx: false } }),
  boot('transitional', 'main', {
    device: { isAccessPlatformOffered: false, transport: 'transitional' },
    swiotlb: null,
  }),
  boot('transitional-forced', 'main', {
    device: { isAccessPlatformOffered: false, transport: 'transitional' },
  }),
  boot('other-requests', 'other'),
  boot('other-requests-packed', 'other', { device: { isPacked: true } }),
  boot('depth', 'depth', { setup: 'blk' }),
  boot('depth-pool-1024', 'depth', { setup: 'blk', swiotlb: '1024,force' }),
  boot('depth-pool-4096', 'depth', { setup: 'blk', swiotlb: '4096,force' }),
  boot('four-cpus', 'net', { cpus: 4 }),
  boot('small-buffers', 'net', { netOptions: ['mrg_rxbuf=off'] }),
  boot('big-packets', 'net', { netOptions: ['mrg_rxbuf=off', 'host_mtu=9000'] }),
  boot('small-buffers-no-offload', 'net', { backend: 'tap', netOptions: ['mrg_rxbuf=off', ...noOffload] }),
  boot('big-packets-offload', 'net', { backend: 'tap', netOptions: ['mrg_rxbuf=off'] }),
  boot('big-packets-direct-descriptors', 'net', {
    backend: 'tap',
    netOptions: ['mrg_rxbuf=off'],
    device: { isIndirect: false },
  }),
  boot('mergeable-offload', 'net', { backend: 'tap' }),
  boot('mergeable-jumbo', 'jumbo', { backend: 'tap', netOptions: ['host_mtu=9000'] }),
  boot('rx-1024', 'net', { rxRing: 1024 }),
  boot('rx-1024-pool-2048', 'net', { rxRing: 1024, swiotlb: '2048,force' }),
  boot('rx-1024-pool-1024', 'net', { rxRing: 1024, swiotlb: '1024,force' }),
  boot('rx-1024-pool-512', 'net', { rxRing: 1024, swiotlb: '512,force' }),
  boot('rx-512-pool-512', 'net', { rxRing: 512, swiotlb: '512,force' }),
  boot('scsi', 'scsi', { setup: 'scsi' }),
  boot('scsi-packed', 'scsi', { setup: 'scsi', device: { isPacked: true }, releases: ['6.12'] }),
  boot('scsi-direct-descriptors', 'scsi', {
    setup: 'scsi',
    device: { isIndirect: false },
    releases: ['6.12'],
  }),
  boot('rng', 'rng', { setup: 'rng' }),
  boot('console', 'console', { setup: 'console' }),
  boot('9p', '9p', { setup: '9p' }),
  boot('9p-direct-descriptors', '9p', { setup: '9p', device: { isIndirect: false } }),
  boot('balloon', 'balloon', { setup: 'balloon' }),
  boot('balloon-no-access-platform', 'balloon', {
    setup: 'balloon',
    device: { isAccessPlatformOffered: false },
  }),
  boot('input', 'input', { setup: 'input' }),
  boot('crypto', 'crypto', { setup: 'crypto' }),
  boot('gpu', 'gpu', { setup: 'gpu' }),
];

/** A few rows of each kernel, in a minute. */
export const quickBoots: readonly Boot[] = [boot('quick', 'quick')];
