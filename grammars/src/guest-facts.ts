/**
 * What the guest knows about itself, and the names kernel code asks it by.
 *
 * A predicate listed here is a *leaf* of a guard: its own body is not looked into, because what it answers depends on
 * the platform the guest runs on and not on the code under review. Names are from Linux 4.6 to 6.18.
 */

/** Predicate -> how a reviewer reads it; `%` stands for the first argument. */
export const guestPredicates: Readonly<Record<string, { readonly holds: string; readonly fails: string }>> = {
  xen_domain: { holds: 'a Xen guest', fails: 'not a Xen guest' },
  xen_pv_domain: { holds: 'a Xen PV guest', fails: 'not a Xen PV guest' },
  xen_hvm_domain: { holds: 'a Xen HVM guest', fails: 'not a Xen HVM guest' },
  xen_pvh_domain: { holds: 'a Xen PVH guest', fails: 'not a Xen PVH guest' },
  xen_initial_domain: { holds: 'the initial Xen domain', fails: 'not the initial Xen domain' },
  xen_swiotlb_detect: { holds: 'Xen needs swiotlb', fails: 'Xen needs no swiotlb' },
  cc_platform_has: { holds: 'platform has %', fails: 'platform lacks %' },
  platform_has: { holds: 'platform has %', fails: 'platform lacks %' },
  prot_guest_has: { holds: 'platform has %', fails: 'platform lacks %' },
  mem_encrypt_active: { holds: 'memory encryption active', fails: 'memory encryption not active' },
  sme_active: { holds: 'an SME host', fails: 'not an SME host' },
  sev_active: { holds: 'a SEV guest', fails: 'not a SEV guest' },
  sev_es_active: { holds: 'a SEV-ES guest', fails: 'not a SEV-ES guest' },
  is_secure_guest: { holds: 'a PEF secure guest', fails: 'not a PEF secure guest' },
  is_prot_virt_guest: { holds: 'an s390 protected guest', fails: 'not an s390 protected guest' },
  is_realm_world: { holds: 'a CCA realm', fails: 'not a CCA realm' },
  is_protected_kvm_enabled: { holds: 'pKVM enabled', fails: 'pKVM not enabled' },
  hv_is_isolation_supported: { holds: 'a Hyper-V isolated guest', fails: 'not a Hyper-V isolated guest' },
  force_dma_unencrypted: { holds: 'DMA must be unencrypted', fails: 'DMA need not be unencrypted' },
  dma_addr_is_phys_addr: {
    holds: 'DMA addresses are physical addresses',
    fails: 'DMA addresses are not known to be physical addresses',
  },
  is_swiotlb_active: { holds: 'swiotlb active', fails: 'swiotlb not active' },
  is_swiotlb_force_bounce: { holds: 'swiotlb forced', fails: 'swiotlb not forced' },
  swiotlb_force: { holds: 'swiotlb forced', fails: 'swiotlb not forced' },
  arch_has_restricted_virtio_memory_access: {
    holds: 'architecture restricts virtio memory access',
    fails: 'architecture does not restrict virtio memory access',
  },
  xen_has_restricted_virtio_memory_access: {
    holds: 'Xen restricts virtio memory access',
    fails: 'Xen does not restrict virtio memory access',
  },
  /** A function pointer (since 6.0): what it points to is the platform's choice. */
  virtio_check_mem_acc_cb: {
    holds: 'platform hook restricts memory access',
    fails: 'platform hook does not restrict memory access',
  },
};

/**
 * Struct fields that hold a mode a guard may rest on although no feature bit sets them: read as facts of their own,
 * under the name `record.field`.
 */
export const stateFields: readonly {
  readonly field: string;
  readonly holds: string;
  readonly fails: string;
}[] = [
  { field: 'premapped', holds: 'queue is premapped', fails: 'queue is not premapped' },
  { field: 'dma_premapped', holds: 'queue is premapped', fails: 'queue is not premapped' },
  { field: 'do_dma', holds: 'driver maps buffers itself', fails: 'driver does not map buffers itself' },
  { field: 'is_legacy', holds: 'legacy transport', fails: 'modern transport' },
  { field: 'is_avq', holds: 'the admin queue', fails: 'not the admin queue' },
];

/** Numbers kept in struct fields that tell one transport's revision from another's: comparisons with them are facts. */
export const stateNumbers: ReadonlySet<string> = new Set(['version', 'revision']);

/** Calls whose truth is that of their first argument. */
export const transparentCalls: ReadonlySet<string> = new Set([
  'likely',
  'unlikely',
  '__builtin_expect',
  'READ_ONCE',
  'ACCESS_ONCE',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'dev_WARN_ONCE',
  'static_branch_likely',
  'static_branch_unlikely',
  'data_race',
]);

/** Calls that never return. */
export const noReturnCalls: ReadonlySet<string> = new Set([
  'BUG',
  'panic',
  'unreachable',
  '__builtin_unreachable',
  'do_exit',
  'make_task_dead',
]);

/** Calls that don't return when their argument holds. */
export const conditionalNoReturn: ReadonlySet<string> = new Set(['BUG_ON', 'VIRTIO_BUG_ON', 'DRM_BUG_ON']);

/** Calls that test whether a configuration option is set. */
export const configTests: ReadonlySet<string> = new Set([
  'IS_ENABLED',
  'IS_BUILTIN',
  'IS_MODULE',
  'IS_REACHABLE',
]);

/** Feature bits that decide whether addresses may bypass the DMA API. */
export const decisionFacts: ReadonlySet<string> = new Set([
  'VIRTIO_F_ACCESS_PLATFORM',
  'VIRTIO_F_IOMMU_PLATFORM',
]);

/** Architectures that never run as a secure guest, as of Linux 6.18. */
export const withoutSecureGuests: ReadonlySet<string> = new Set([
  'alpha',
  'arc',
  'csky',
  'hexagon',
  'loongarch',
  'm68k',
  'microblaze',
  'mips',
  'nios2',
  'openrisc',
  'parisc',
  'sh',
  'sparc',
  'um',
  'xtensa',
]);
