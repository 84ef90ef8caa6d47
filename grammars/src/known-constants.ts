/**
 * Numbers behind names that decision code uses, for trees whose headers do not hold them. A definition in the tree wins.
 */

/** Errors. Origin: include/uapi/asm-generic/errno-base.h, errno.h and include/linux/errno.h (6.12), as on x86, s390 and arm64. */
export const errorNumbers: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  ENOSYS: 38,
  EPROTO: 71,
  EBADMSG: 74,
  EOVERFLOW: 75,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  ETIMEDOUT: 110,
  ECANCELED: 125,
  EKEYREJECTED: 129,
  EPROBE_DEFER: 517,
  ENOTSUPP: 524,
};

/**
 * Feature bits that mean the same on every device. Origin: Virtual I/O Device specification 1.3, chapter 6 (reserved feature
 * bits) and appendix of legacy bits; include/uapi/linux/virtio_config.h and virtio_ring.h (6.12).
 */
export const featureNumbers: Readonly<Record<string, number>> = {
  VIRTIO_F_NOTIFY_ON_EMPTY: 24,
  VIRTIO_F_ANY_LAYOUT: 27,
  VIRTIO_RING_F_INDIRECT_DESC: 28,
  VIRTIO_RING_F_EVENT_IDX: 29,
  VIRTIO_F_VERSION_1: 32,
  VIRTIO_F_ACCESS_PLATFORM: 33,
  VIRTIO_F_IOMMU_PLATFORM: 33,
  VIRTIO_F_RING_PACKED: 34,
  VIRTIO_F_IN_ORDER: 35,
  VIRTIO_F_ORDER_PLATFORM: 36,
  VIRTIO_F_SR_IOV: 37,
  VIRTIO_F_NOTIFICATION_DATA: 38,
  VIRTIO_F_NOTIF_CONFIG_DATA: 39,
  VIRTIO_F_RING_RESET: 40,
  VIRTIO_F_ADMIN_VQ: 41,
};

/** A bit of a class of devices, whatever its number. Origin: the naming of include/uapi/linux/virtio_*.h. */
export const deviceFeature = /^VIRTIO_(?!RING_)[A-Z0-9]+_F_[A-Z0-9_]+$/;

/** Numbers such a bit may have below 64. Origin: specification 1.3, section 2.2: 0 to 23 and from 50 on. */
export const deviceFeatureRanges: readonly (readonly [first: number, last: number])[] = [
  [0, 23],
  [50, 63],
];

/** Names of bits that were renamed -> the name of today. Origin: 5.9, include/uapi/linux/virtio_config.h. */
export const renamedFeatures: Readonly<Record<string, string>> = {
  VIRTIO_F_IOMMU_PLATFORM: 'VIRTIO_F_ACCESS_PLATFORM',
};

/** The handshake's status bits. Origin: specification 1.3, section 2.1; include/uapi/linux/virtio_config.h. */
export const statusNumbers: Readonly<Record<string, number>> = {
  VIRTIO_CONFIG_S_ACKNOWLEDGE: 1,
  VIRTIO_CONFIG_S_DRIVER: 2,
  VIRTIO_CONFIG_S_DRIVER_OK: 4,
  VIRTIO_CONFIG_S_FEATURES_OK: 8,
  VIRTIO_CONFIG_S_NEEDS_RESET: 64,
  VIRTIO_CONFIG_S_FAILED: 128,
};

/**
 * Kernel's and virtio's own names of numbers: bits on a 64-bit kernel, and whether one is the sign. C's are spelled out.
 * Origin: include/linux/types.h, include/uapi/linux/types.h and virtio_types.h, include/asm-generic/int-ll64.h (6.12).
 */
export const typeWidths: Readonly<Record<string, { readonly bits: number; readonly isSigned: boolean }>> = {
  ...Object.fromEntries(
    [8, 16, 32, 64].flatMap((bits) => [
      ...[`u${bits}`, `__u${bits}`, `uint${bits}_t`, `u_int${bits}_t`].map((name) => [
        name,
        { bits, isSigned: false },
      ]),
      ...[`s${bits}`, `__s${bits}`, `int${bits}_t`].map((name) => [name, { bits, isSigned: true }]),
      ...[`__le${bits}`, `__be${bits}`, `__virtio${bits}`].map((name) => [name, { bits, isSigned: false }]),
    ]),
  ),
  uint: { bits: 32, isSigned: false },
  ulong: { bits: 64, isSigned: false },
  size_t: { bits: 64, isSigned: false },
  ssize_t: { bits: 64, isSigned: true },
  loff_t: { bits: 64, isSigned: true },
  uintptr_t: { bits: 64, isSigned: false },
  dma_addr_t: { bits: 64, isSigned: false },
  phys_addr_t: { bits: 64, isSigned: false },
  resource_size_t: { bits: 64, isSigned: false },
};
