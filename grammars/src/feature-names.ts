/**
 * How virtio feature bits are spelled and tested in kernel code, Linux 3.x to 6.18.
 */

/** A macro or enumerator that names a feature bit of the virtio specification. */
export const featureBit =
  /^VIRTIO_(?:[A-Z0-9]+_)?F_[A-Z0-9_]+$|^VIRTIO_RING_F_[A-Z0-9_]+$|^VHOST_(?:F|NET_F|SCSI_F|VSOCK_F|BACKEND_F)_[A-Z0-9_]+$/;

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

/** Functions and macros whose argument is a feature bit. */
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
