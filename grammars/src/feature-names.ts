/**
 * How virtio feature bits are spelled and tested in kernel code, Linux 3.x to 6.18.
 */

/**
 * A macro or enumerator that names a feature bit of the virtio specification, of vhost, or of the vhost-user protocol.
 * One word at most stands before `F_`: what has two (`VIRTIO_NET_HDR_F_NEEDS_CSUM`, `VIRTIO_SND_PCM_F_MSG_POLLING`) is a flag
 * of a message, not a bit that is negotiated. The 9p device's only bit is the one bit without `F_`.
 * Origin: include/uapi/linux/virtio_*.h, vhost.h, vhost_types.h and arch/um/drivers/vhost_user.h, Linux 3.x to 6.18.
 */
export const featureBit =
  /^(?!.*_MASK$)(?:VIRTIO_(?:[A-Z0-9]+_)?F_|VHOST_(?:(?:NET|SCSI|VSOCK|BACKEND|USER|USER_PROTOCOL)_)?F_)[A-Z0-9_]+$|^VIRTIO_9P_MOUNT_TAG$/;

/**
 * Macros that shift a bit number into its place. Origin: include/linux/bits.h, include/vdso/bits.h; `VIRTIO_BIT` from
 * include/linux/virtio_features.h (6.17), where a set is an array of 64-bit words; the others are drivers' own.
 */
export const bitShift = /^(?:_?_?BIT(?:_ULL|_MASK|_ULL_MASK|32|64)?|VIRTIO_BIT(?:_U64)?|FEATURE_BIT)$/;

/** Names that look like a bit but bound a range. */
export const featureRangeMarks: ReadonlySet<string> = new Set([
  'VIRTIO_TRANSPORT_F_START',
  'VIRTIO_TRANSPORT_F_END',
]);

export interface FeatureCall {
  /** Site kind. */
  readonly kind: string;
  /** Index of the argument that is the bit number (or the mask, when `isMask`). */
  readonly bit: number;
  /** True when the value says that the feature is negotiated (or offered, or held by a back end). */
  readonly isTest: boolean;
  /** Which set of bits it asks: default 'negotiated'. */
  readonly of?: 'offered' | 'acked-by-driver';
}

/**
 * Functions and macros whose argument is a feature bit. Origin: include/linux/virtio_config.h, virtio_features.h (6.17),
 * drivers/vhost/vhost.h.
 */
export const featureCalls: Readonly<Record<string, FeatureCall>> = {
  virtio_has_feature: { kind: 'has_feature', bit: 1, isTest: true },
  __virtio_test_bit: { kind: 'test_bit', bit: 1, isTest: true },
  virtio_features_test_bit: { kind: 'test_bit', bit: 1, isTest: true },
  __virtio_set_bit: { kind: 'set_bit', bit: 1, isTest: false },
  virtio_features_set_bit: { kind: 'set_bit', bit: 1, isTest: false },
  __virtio_clear_bit: { kind: 'clear_bit', bit: 1, isTest: false },
  virtio_features_clear_bit: { kind: 'clear_bit', bit: 1, isTest: false },
  virtio_check_driver_offered_feature: { kind: 'offered_check', bit: 1, isTest: false },
  virtio_cread_feature: { kind: 'cread_feature', bit: 1, isTest: false },
  virtio_cread_le_feature: { kind: 'cread_feature', bit: 1, isTest: false },
  vhost_has_feature: { kind: 'vhost_has_feature', bit: 1, isTest: true },
  vhost_backend_has_feature: { kind: 'vhost_backend_has_feature', bit: 1, isTest: true },
};
