/**
 * Where the evaluation of decision code stops: names that are answered by the scenario and not by their bodies, and names
 * that change nothing a decision rests on. Linux 4.6 to 6.18.
 *
 * A name that is bound here is answered by its binding even where the tree defines it: what `mem_encrypt_active()` does is to
 * read the hardware's state, and that state is the scenario's.
 */
import { guestPredicates } from './guest-facts.js';
import { argumentAsType, typeOfArgument } from './type-macros.js';

/** Predicates of the guest that are no leaves of the evaluation: the tree's own code tells what they answer. */
export const followedPredicates: ReadonlySet<string> = new Set([
  'virtio_check_mem_acc_cb',
  'arch_has_restricted_virtio_memory_access',
  'xen_has_restricted_virtio_memory_access',
  'platform_has',
]);

/** Predicates that the guest's facts answer, called or read as a variable. */
export const guestFactNames: ReadonlySet<string> = new Set(
  Object.keys(guestPredicates).filter((name) => !followedPredicates.has(name)),
);

/** Functions that an architecture supplies in place of a generic one. Origin: 5.10 to 5.18, arch/{s390,x86}/mm. */
export const suppliedByArchitecture: ReadonlySet<string> = new Set([
  'arch_has_restricted_virtio_memory_access',
  'arch_has_restricted_memory_access',
]);

/** Promises of the platform (5.19): `platform_set()` makes one, `platform_has()` asks. Origin: include/linux/platform-feature.h. */
export const platformPromises = {
  set: 'platform_set',
  clear: 'platform_clear',
  has: 'platform_has',
} as const;

/** Calls that log, lock, wait or check at build time: nothing a decision rests on. */
export const silentCalls =
  /^(?:v?dev_(?:emerg|alert|crit|err|warn|notice|info|dbg|printk)(?:_once|_ratelimited)?|pr_\w+|netdev_(?:err|warn|info|dbg)|printk\w*|might_sleep\w*|trace_\w+|_?_?(?:mutex|spin|raw_spin|read|write|rcu_read|local_irq)_(?:un)?lock\w*|local_irq_\w+|BUILD_BUG_ON\w*|static_assert|lockdep_\w+|cond_resched|barrier|smp_\w?mb|mb|rmb|wmb|dump_stack|virtio_check_driver_offered_feature|kasan_\w+|kmsan_\w+|kfree|put_device|of_node_put)$/;

/**
 * Macros whose bodies are beyond reading, or stand in headers that are not read, and that store to none of their arguments.
 * Origin: include/linux/minmax.h, bitfield.h, wordpart.h, stddef.h, kernel.h (6.1 to 6.12), rcupdate.h, asm-generic/rwonce.h.
 */
export const readingMacros: ReadonlySet<string> = new Set([
  ...[...typeOfArgument.keys()].filter((name) => name !== 'xchg' && name !== 'no_free_ptr'),
  ...[...argumentAsType.keys()].filter((name) => name !== 'va_arg'),
  ...[
    'ARRAY_SIZE',
    'FIELD_GET',
    'FIELD_PREP',
    'FIELD_FIT',
    'GENMASK',
    'GENMASK_ULL',
    'offsetof',
    'sizeof_field',
  ],
  ...[
    'upper_32_bits',
    'lower_32_bits',
    'test_bit',
    'hweight32',
    'hweight64',
    'IS_ERR_OR_NULL',
    'roundup',
    'DIV_ROUND_UP',
  ],
]);

/** Reads of a device's own configuration space: what they give is the device's affair, and they change nothing. */
export const configurationReads = /^virtio_cread(?:_le)?(?:8|16|32|64|_bytes|_feature)?$|^virtio_c?write\w*$/;

/** Compiler's questions about a value: whether it is known at build time changes no result. */
export const compilerQuestions: ReadonlySet<string> = new Set(['__builtin_constant_p', '__is_constexpr']);

/** What a transport does when the core calls through `vdev->config`; slots not listed are not known. */
export type DeviceOperation =
  | 'read-status'
  | 'write-status'
  | 'read-features'
  | 'accept'
  | 'reset'
  | 'present'
  | 'absent';

/**
 * Origin: struct virtio_config_ops, include/linux/virtio_config.h (6.12; `get_extended_features` since 6.17: a transport that
 * has none serves all bits below 64).
 */
export const deviceOperations: Readonly<Record<string, DeviceOperation>> = {
  get_status: 'read-status',
  set_status: 'write-status',
  get_features: 'read-features',
  get_extended_features: 'absent',
  finalize_features: 'accept',
  reset: 'reset',
  get: 'present',
  set: 'present',
  find_vqs: 'present',
  del_vqs: 'present',
};

/** Fields that lie over each other -> the one that is meant. Origin: the union in struct virtio_device (6.17). */
export const overlaidFields: Readonly<Record<string, string>> = { 'features_array[0]': 'features' };

/** Classes of devices -> the constant in a driver's id table. Origin: include/uapi/linux/virtio_ids.h (6.12). */
export const deviceIds: Readonly<Record<string, readonly string[]>> = {
  net: ['VIRTIO_ID_NET'],
  blk: ['VIRTIO_ID_BLOCK'],
  console: ['VIRTIO_ID_CONSOLE'],
  rng: ['VIRTIO_ID_RNG'],
  balloon: ['VIRTIO_ID_BALLOON'],
  scsi: ['VIRTIO_ID_SCSI'],
  '9p': ['VIRTIO_ID_9P'],
  gpu: ['VIRTIO_ID_GPU'],
  input: ['VIRTIO_ID_INPUT'],
  vsock: ['VIRTIO_ID_VSOCK'],
  crypto: ['VIRTIO_ID_CRYPTO'],
  iommu: ['VIRTIO_ID_IOMMU'],
  mem: ['VIRTIO_ID_MEM'],
  sound: ['VIRTIO_ID_SOUND'],
  fs: ['VIRTIO_ID_FS'],
  pmem: ['VIRTIO_ID_PMEM'],
};

/** Numbers of device kinds in trees that do not hold their header. Origin: include/uapi/linux/virtio_ids.h (6.12). */
export const deviceNumbers: Readonly<Record<string, number>> = {
  VIRTIO_ID_NET: 1,
  VIRTIO_ID_BLOCK: 2,
  VIRTIO_ID_CONSOLE: 3,
  VIRTIO_ID_RNG: 4,
  VIRTIO_ID_BALLOON: 5,
  VIRTIO_ID_SCSI: 8,
  VIRTIO_ID_9P: 9,
  VIRTIO_ID_GPU: 16,
  VIRTIO_ID_INPUT: 18,
  VIRTIO_ID_VSOCK: 19,
  VIRTIO_ID_CRYPTO: 20,
  VIRTIO_ID_IOMMU: 23,
  VIRTIO_ID_MEM: 24,
  VIRTIO_ID_SOUND: 25,
  VIRTIO_ID_FS: 26,
  VIRTIO_ID_PMEM: 27,
};

/** Where the driver of a class stands, for readers of a part of the tree. Origin: 6.1 and 6.12. */
export const driverFiles: Readonly<Record<string, string>> = {
  net: 'drivers/net/virtio_net.c',
  blk: 'drivers/block/virtio_blk.c',
  console: 'drivers/char/virtio_console.c',
  rng: 'drivers/char/hw_random/virtio-rng.c',
  balloon: 'drivers/virtio/virtio_balloon.c',
  scsi: 'drivers/scsi/virtio_scsi.c',
  '9p': 'net/9p/trans_virtio.c',
  gpu: 'drivers/gpu/drm/virtio/virtgpu_drv.c',
  input: 'drivers/virtio/virtio_input.c',
  vsock: 'net/vmw_vsock/virtio_transport.c',
  crypto: 'drivers/crypto/virtio/virtio_crypto_core.c',
  iommu: 'drivers/iommu/virtio-iommu.c',
  mem: 'drivers/virtio/virtio_mem.c',
  sound: 'sound/virtio/virtio_card.c',
  fs: 'fs/fuse/virtio_fs.c',
  pmem: 'drivers/nvdimm/virtio_pmem.c',
};

/** Where the core's decisions stand. Origin: Linux 4.0 to 6.18. */
export const coreFiles = {
  probe: 'drivers/virtio/virtio.c',
  ring: 'drivers/virtio/virtio_ring.c',
} as const;

/** The record of a queue, and the fields that keep whether its addresses come from the DMA API. Origin: 5.1 and 6.18. */
export const keptDecision = {
  record: 'struct vring_virtqueue',
  fields: ['use_dma_api', 'use_map_api'],
} as const;

/** Files of each transport, today's first: that whose `finalize_features` settles the features. Origin: 4.0 to 6.12. */
export const transportFiles: Readonly<Record<string, readonly string[]>> = {
  'pci-modern': ['drivers/virtio/virtio_pci_modern.c'],
  'pci-transitional': ['drivers/virtio/virtio_pci_modern.c'],
  'pci-legacy': ['drivers/virtio/virtio_pci_legacy.c'],
  mmio: ['drivers/virtio/virtio_mmio.c'],
  ccw: ['drivers/s390/virtio/virtio_ccw.c', 'drivers/s390/kvm/virtio_ccw.c'],
};

/** From the virtio device to its transport's own record of it. Origin: the files above. */
export const transportCasts: ReadonlySet<string> = new Set([
  'to_vp_device',
  'to_virtio_mmio_device',
  'to_vc_device',
]);

/**
 * Exchanges with a device that does as the scenario says: they succeed, and leave the guest's memory alone. A device that
 * offers a bit has the registers of that bit. Origin: the files above, drivers/virtio/virtio_pci_modern_dev.c.
 */
export const deviceExchanges =
  /^(?:write[bwlq](?:_relaxed)?|iowrite\d+(?:be)?|vp_iowrite\d+(?:_twopart)?|vp_check_common_size|ccw_io_helper|ccw_device_dma_free)$/;

/** Allocations in that code: memory is there. */
export const transportAllocations: ReadonlySet<string> = new Set([
  'ccw_device_dma_zalloc',
  'kzalloc',
  'kmalloc',
]);

/** Code that runs at boot in some guests only -> the predicate that says in which. */
export const bootEntries: Readonly<Record<string, string>> = {
  // arch/x86/xen/xen-head.S: the entry point of PV guests alone.
  xen_start_kernel: 'xen_pv_domain()',
};

/** `.type` of the record through which x86 calls a hypervisor's set-up. Origin: arch/x86/include/asm/hypervisor.h. */
export const hypervisorTypes: Readonly<Record<string, string>> = {
  X86_HYPER_XEN_PV: 'xen_pv_domain()',
  X86_HYPER_XEN_HVM: 'xen_hvm_domain()',
};

/** Folders beside `arch/` whose boot code may install a hook: the guest side of hypervisors, and firmware's services. */
export const bootFolders: readonly string[] = [
  'drivers/firmware',
  'drivers/virt',
  'drivers/xen',
  'include/xen',
];

/** Folders of another architecture that an architecture builds. Origin: arch/arm64/xen/Makefile. */
export const borrowedFolders: Readonly<Record<string, readonly string[]>> = { arm64: ['arch/arm/xen'] };
