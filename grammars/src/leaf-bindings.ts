/**
 * Where the evaluation of decision code stops: names that are answered by the scenario and not by their bodies, and names
 * that change nothing a decision rests on. Linux 4.6 to 6.18.
 *
 * A name that is bound here is answered by its binding even where the tree defines it: what `mem_encrypt_active()` does is to
 * read the hardware's state, and that state is the scenario's.
 */
import { guestPredicates } from './guest-facts.js';

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

/** Folders beside `arch/` whose boot code may install a hook. */
export const bootFolders: readonly string[] = ['drivers/xen', 'include/xen'];
