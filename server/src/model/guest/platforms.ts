/**
 * Platforms: how a guest's memory is protected, what a device sees of a private page, and what the guest kernel knows
 * and does because of it. One record each; the machine has no other knowledge of platforms.
 *
 * Sources are files of Linux 6.12 unless another release is named.
 */
import type { Protection } from '../memory/guest-memory.js';
import type { GuestFacts } from '../policy.js';
import { isSince, type Release } from '../release.js';
import type { PlatformId } from '../scenario.js';

/**
 * `obeyed`: no pool, nothing bounces. `ignored`: as if it were not there. `one slot`: forced, with a pool of a single slot,
 * which is what `noforce` made until v5.13. `no pool`: forced, and there is none.
 */
export type Noforce = 'obeyed' | 'ignored' | 'one slot' | 'no pool';

export interface Platform {
  readonly id: PlatformId;
  /** As a reviewer calls it: `AMD SEV-SNP`. */
  readonly name: string;
  readonly arch: GuestFacts['arch'];
  /** True when a device outside the guest must not see its memory. */
  readonly isSecure: boolean;
  /** First release whose guest kernel runs on it. */
  readonly since: string;
  /** Bytes; the first is the usual one. */
  readonly pageSizes: readonly number[];
  readonly protection: Protection;
  /** Bit that DMA addresses of private pages carry, as a power of two; 0: none. */
  readonly encryptionBit: number;
  /** Whether the architecture's code forces bouncing in a kernel of this release when the command line says nothing. */
  readonly forcesSwiotlb: (release: Release) => boolean;
  /** What `swiotlb=noforce` comes to: its own code may force bouncing after the command line was read. */
  readonly noforce: (release: Release) => Noforce;
  /** Why bouncing is not forced on this secure platform, where it is not; '' where it always is. */
  readonly notForcedBecause: string;
  /** Bounces through a restricted pool of the device's own (device tree), whatever the command line says. */
  readonly hasRestrictedPool: boolean;
  /** Whether `dma_alloc_coherent()` of the direct mapping makes its pages shared. */
  readonly sharesCoherent: boolean;
  /** Slots of the default pool of a guest with `memory` bytes. */
  readonly poolSlots: (memory: number) => number;
  /** Predicates that hold; those of the same architecture that are not listed do not. */
  readonly holds: readonly string[];
  /** What the outcome of an access to a private page is in words. */
  readonly privateAccess: string;
  /** Where the facts above come from; files are those of Linux 6.12 unless another release is named. */
  readonly source: string;
}

/** `IO_TLB_DEFAULT_SIZE` of 64 MiB in slots of 2 KiB: include/linux/swiotlb.h:32,36. */
const DEFAULT_SLOTS = 32768;

/** 6 % of memory between 64 MiB and 1 GiB: arch/x86/mm/mem_encrypt.c:100 (mem_encrypt_setup_arch). */
function sixPercent(memory: number): number {
  const bytes = Math.min(Math.max(Math.floor((memory * 6) / 100), 64 * 2 ** 20), 2 ** 30);
  return Math.floor(bytes / 2048);
}

const defaultPool = (): number => DEFAULT_SLOTS;
const never = (): boolean => false;
const always = (): boolean => true;
const obeyed = (): Noforce => 'obeyed';

const open: Protection = { deviceReads: 'open', content: 'kept', canFail: false };

/** SEV: the C-bit, reported by CPUID 0x8000001f; bit 51 on the processors sold. */
const C_BIT = 2 ** 51;

const x86: Pick<Platform, 'arch' | 'pageSizes' | 'hasRestrictedPool' | 'noforce' | 'notForcedBecause'> = {
  arch: 'x86',
  // sme_early_init() forces before the command line is read, and since v5.19 the pool is not made at all.
  noforce: obeyed,
  notForcedBecause: '',
  pageSizes: [4096],
  hasRestrictedPool: false,
};

/** arch/x86/kernel/pci-dma.c:62 (pci_swiotlb_detect): forced where CC_ATTR_GUEST_MEM_ENCRYPT holds. */
const confidentialX86: Pick<Platform, 'isSecure' | 'forcesSwiotlb' | 'sharesCoherent' | 'poolSlots'> = {
  isSecure: true,
  forcesSwiotlb: always,
  sharesCoherent: true,
  poolSlots: sixPercent,
};

const guestEncryption = [
  'cc_platform_has(CC_ATTR_MEM_ENCRYPT)',
  'cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT)',
];
const forced = ['mem_encrypt_active()', 'force_dma_unencrypted()'];

/** A device reads what the memory controller gives without the guest's key (APM volume 2, 15.34). */
const amd: Protection = { deviceReads: 'ciphertext', content: 'destroyed', canFail: false };

export const platforms: readonly Platform[] = [
  {
    ...x86,
    id: 'plain',
    name: 'plain guest',
    isSecure: false,
    since: 'v3.0',
    protection: open,
    encryptionBit: 0,
    forcesSwiotlb: never,
    sharesCoherent: false,
    poolSlots: defaultPool,
    holds: [],
    privateAccess: '',
    source: 'kernel/dma/direct.h:85',
  },
  {
    ...x86,
    id: 'sme-host',
    name: 'SME bare metal',
    isSecure: false,
    since: 'v4.14',
    // The memory controller decrypts for every master of the machine that addresses memory as the kernel does.
    protection: open,
    encryptionBit: 0,
    forcesSwiotlb: never,
    sharesCoherent: false,
    poolSlots: defaultPool,
    holds: [
      'cc_platform_has(CC_ATTR_MEM_ENCRYPT)',
      'cc_platform_has(CC_ATTR_HOST_MEM_ENCRYPT)',
      'mem_encrypt_active()',
      'sme_active()',
    ],
    privateAccess: '',
    source: 'Documentation/arch/x86/amd-memory-encryption.rst; arch/x86/mm/mem_encrypt.c:20',
  },
  {
    id: 'pef',
    name: 'powerpc PEF',
    arch: 'powerpc',
    isSecure: true,
    since: 'v5.4',
    pageSizes: [65536, 4096],
    // Ultravisor: an access from outside faults and pages the memory out encrypted; conversion zeroes the page
    // (Documentation/arch/powerpc/ultravisor.rst, UV_SHARE_PAGE and UV_UNSHARE_PAGE).
    protection: { deviceReads: 'fault', content: 'zeroed', canFail: false },
    encryptionBit: 0,
    // arch/powerpc/mm/mem.c:294 reads the variables that platforms/pseries/svm.c:23 sets in an early_initcall, which
    // runs later: since v5.19 (swiotlb_init() with flags) the flag comes too late.
    forcesSwiotlb: (release) => !isSince(release, 'v5.19'),
    // init_svm() forces after the command line was read; from v5.13 on noforce makes no pool at all (2726bf3ff252).
    noforce: (release) => {
      if (!isSince(release, 'v5.4') || isSince(release, 'v5.19')) return 'obeyed';
      return isSince(release, 'v5.13') ? 'no pool' : 'one slot';
    },
    notForcedBecause:
      'swiotlb_init() runs before init_svm() asks it to bounce (since v5.19; swiotlb=force helps)',
    hasRestrictedPool: false,
    sharesCoherent: true,
    poolSlots: defaultPool,
    holds: [
      'is_secure_guest()',
      'cc_platform_has(CC_ATTR_MEM_ENCRYPT)',
      'mem_encrypt_active()',
      'sev_active()',
      'force_dma_unencrypted()',
      'dma_addr_is_phys_addr()',
    ],
    privateAccess: 'the ultravisor stops the access',
    source:
      'Documentation/arch/powerpc/ultravisor.rst; arch/powerpc/platforms/pseries/svm.c:18; arch/powerpc/mm/mem.c:294',
  },
  {
    ...x86,
    ...confidentialX86,
    id: 'sev',
    name: 'AMD SEV',
    since: 'v4.16',
    protection: amd,
    encryptionBit: C_BIT,
    holds: [...guestEncryption, ...forced, 'sev_active()'],
    privateAccess: "memory is encrypted with the guest's key",
    source:
      'AMD64 Architecture Programmers Manual 2, 15.34; arch/x86/kernel/pci-dma.c:62; arch/x86/mm/mem_encrypt.c:100; include/linux/dma-direct.h:97',
  },
  {
    ...x86,
    ...confidentialX86,
    id: 'sev-es',
    name: 'AMD SEV-ES',
    since: 'v5.10',
    protection: amd,
    encryptionBit: C_BIT,
    holds: [
      ...guestEncryption,
      'cc_platform_has(CC_ATTR_GUEST_STATE_ENCRYPT)',
      ...forced,
      'sev_active()',
      'sev_es_active()',
    ],
    privateAccess: "memory is encrypted with the guest's key",
    source:
      'AMD64 Architecture Programmers Manual 2, 15.34; arch/x86/kernel/pci-dma.c:62; arch/x86/mm/mem_encrypt.c:100; include/linux/dma-direct.h:97',
  },
  {
    ...x86,
    ...confidentialX86,
    id: 'sev-snp',
    name: 'AMD SEV-SNP',
    since: 'v5.19',
    // Page state changes are requests to the hypervisor, which may refuse them.
    protection: { ...amd, canFail: true },
    encryptionBit: C_BIT,
    holds: [
      ...guestEncryption,
      'cc_platform_has(CC_ATTR_GUEST_STATE_ENCRYPT)',
      'cc_platform_has(CC_ATTR_GUEST_SEV_SNP)',
      ...forced,
      'sev_active()',
      'sev_es_active()',
    ],
    privateAccess: "memory is encrypted with the guest's key",
    source:
      'AMD64 Architecture Programmers Manual 2, 15.34; arch/x86/kernel/pci-dma.c:62; arch/x86/mm/mem_encrypt.c:100; include/linux/dma-direct.h:97',
  },
  {
    ...x86,
    ...confidentialX86,
    id: 'tdx',
    name: 'Intel TDX',
    since: 'v5.19',
    // With guest_memfd the address of a private page leads to the shared half's own memory (KVM API, guest_memfd);
    // MapGPA may fail (Documentation/arch/x86/tdx.rst).
    protection: { deviceReads: 'stale-alias', content: 'zeroed', canFail: true },
    // The shared bit stands in page tables only: sme_me_mask is 0.
    encryptionBit: 0,
    holds: [...guestEncryption, 'cc_platform_has(CC_ATTR_GUEST_UNROLL_STRING_IO)', ...forced],
    privateAccess: 'the shared page under that address is other memory',
    source:
      'Documentation/arch/x86/tdx.rst; Documentation/virt/kvm/api.rst (guest_memfd); arch/x86/mm/mem_encrypt.c:100',
  },
  {
    id: 's390-pv',
    name: 's390 Protected Virtualization',
    arch: 's390',
    isSecure: true,
    since: 'v5.3',
    pageSizes: [4096],
    // A host access to a secure page raises exception 0x3d; the page is exported encrypted (arch/s390/mm/fault.c).
    protection: { deviceReads: 'fault', content: 'kept', canFail: false },
    encryptionBit: 0,
    // arch/s390/mm/init.c:146 (pv_init).
    forcesSwiotlb: always,
    // pv_init() forces after the command line was read, from v5.14 on before it makes the pool.
    noforce: (release) => {
      if (!isSince(release, 'v5.3') || isSince(release, 'v5.19')) return 'obeyed';
      if (isSince(release, 'v5.14')) return 'ignored';
      return isSince(release, 'v5.13') ? 'no pool' : 'one slot';
    },
    notForcedBecause: '',
    hasRestrictedPool: false,
    sharesCoherent: true,
    poolSlots: defaultPool,
    holds: ['is_prot_virt_guest()', 'sev_active()', 'force_dma_unencrypted()'],
    privateAccess: 'the ultravisor stops the access',
    source: 'arch/s390/mm/init.c:141 and 147; arch/s390/mm/fault.c; arch/s390/include/asm/uv.h',
  },
  {
    id: 'pkvm',
    name: 'arm64 pKVM',
    arch: 'arm64',
    isSecure: true,
    since: 'v6.12',
    pageSizes: [4096, 16384, 65536],
    protection: { deviceReads: 'fault', content: 'kept', canFail: false },
    encryptionBit: 0,
    forcesSwiotlb: never,
    noforce: obeyed,
    notForcedBecause: '',
    // Nothing in the guest forces bouncing: its device tree gives devices a restricted-dma-pool (kernel/dma/swiotlb.c
    // rmem_swiotlb_device_init(), which bounces and allocates rings from it).
    hasRestrictedPool: true,
    sharesCoherent: false,
    poolSlots: defaultPool,
    holds: [],
    privateAccess: 'stage 2 stops the access',
    source: 'drivers/virt/coco/pkvm-guest; kernel/dma/swiotlb.c:1815 (restricted-dma-pool)',
  },
  {
    id: 'cca',
    name: 'arm64 CCA realm',
    arch: 'arm64',
    isSecure: true,
    since: 'v6.13',
    pageSizes: [4096, 16384, 65536],
    // Realm Management Monitor: a change of RIPAS does not keep the content.
    protection: { deviceReads: 'fault', content: 'destroyed', canFail: false },
    encryptionBit: 0,
    // arch/arm64/mm/init.c of v6.13 (mem_init): SWIOTLB_FORCE in a realm.
    forcesSwiotlb: always,
    noforce: obeyed,
    notForcedBecause: '',
    hasRestrictedPool: false,
    sharesCoherent: true,
    poolSlots: defaultPool,
    holds: [
      'is_realm_world()',
      'cc_platform_has(CC_ATTR_MEM_ENCRYPT)',
      'mem_encrypt_active()',
      'force_dma_unencrypted()',
    ],
    privateAccess: 'granule protection stops the access',
    source: 'arch/arm64/mm/init.c and arch/arm64/include/asm/mem_encrypt.h of v6.13',
  },
  {
    ...x86,
    ...confidentialX86,
    id: 'hyperv-cvm',
    name: 'Hyper-V confidential VM',
    since: 'v5.17',
    protection: { deviceReads: 'fault', content: 'destroyed', canFail: true },
    encryptionBit: 0,
    holds: [...guestEncryption, ...forced, 'hv_is_isolation_supported()'],
    privateAccess: 'memory below vTOM is not visible to the host',
    source: 'arch/x86/hyperv/ivm.c:644; arch/x86/kernel/pci-dma.c:62',
  },
];

export const platformIds: readonly PlatformId[] = platforms.map((p) => p.id);

/** @throws {RangeError} for a name that is no platform. */
export function platformOf(id: string): Platform {
  const found = platforms.find((p) => p.id === id);
  if (found === undefined) throw new RangeError(`no platform "${id}"; there are ${platformIds.join(', ')}`);
  return found;
}

/** Predicates of the guest that this table answers, with their arguments left open. */
const answered = [
  'cc_platform_has(*)',
  'mem_encrypt_active()',
  'sme_active()',
  'sev_active()',
  'sev_es_active()',
  'is_secure_guest()',
  'is_prot_virt_guest()',
  'is_realm_world()',
  'hv_is_isolation_supported()',
  'force_dma_unencrypted()',
  'dma_addr_is_phys_addr()',
  'xen_domain()',
  'xen_pv_domain()',
  'xen_hvm_domain()',
  'xen_pvh_domain()',
  'xen_initial_domain()',
  'is_swiotlb_active()',
  'is_swiotlb_force_bounce()',
];

export interface BootFacts {
  readonly isXen: boolean;
  readonly hasSwiotlb: boolean;
  readonly isForced: boolean;
}

/** What guest code finds when it asks about the guest. */
export function guestFacts(platform: Platform, boot: BootFacts): GuestFacts {
  const predicates = new Map<string, boolean>(answered.map((text) => [text, false]));
  for (const text of platform.holds) predicates.set(text, true);
  predicates.set('xen_domain()', boot.isXen);
  predicates.set('xen_hvm_domain()', boot.isXen);
  predicates.set('is_swiotlb_active()', boot.hasSwiotlb);
  predicates.set('is_swiotlb_force_bounce()', boot.isForced);
  return { platform: platform.id, arch: platform.arch, predicates };
}

/** What a predicate answers in this guest; null: not known. `argument` is '' for a call without one. */
export function answerOf(guest: GuestFacts, name: string, argument: string): boolean | null {
  const exact = guest.predicates.get(`${name}(${argument})`);
  // Predicates of the guest as a whole are also asked with a device for argument: `force_dma_unencrypted(dev)`.
  const general = guest.predicates.get(`${name}()`) ?? guest.predicates.get(`${name}(*)`);
  return exact ?? general ?? null;
}
