/**
 * Names that take part in feature negotiation besides the bit itself: helpers, ops slots, registers, fields, ioctls.
 * Linux 3.x to 6.18.
 */

/** Calls that are feature sites by their name alone: name -> site kind. */
export const negotiationCalls: Readonly<Record<string, string>> = {
  virtio_has_dma_quirk: 'dma_quirk',
  virtio_has_iommu_quirk: 'dma_quirk',
  vring_use_dma_api: 'dma_api_decision',
  vring_use_map_api: 'dma_api_decision',
  virtio_can_use_dma_api: 'dma_api_decision',
  virtio_gpu_use_dma_api: 'dma_api_decision',
  virtio_max_dma_size: 'max_dma_size',
  virtio_check_mem_acc_cb: 'platform_hook',
  arch_has_restricted_virtio_memory_access: 'platform_hook',
  arch_has_restricted_memory_access: 'platform_hook',
  virtio_set_mem_acc_cb: 'platform_hook',
  virtio_require_restricted_mem_acc: 'platform_hook',
  virtio_no_restricted_mem_acc: 'platform_hook',
  platform_set: 'platform_hook',
  virtio_features_ok: 'negotiation_call',
  virtio_finalize_features: 'negotiation_call',
  virtio_device_ready: 'features_state',
  vring_transport_features: 'transport_accept',
  vp_transport_features: 'transport_accept',
  vp_modern_get_features: 'negotiation_call',
  vp_modern_get_extended_features: 'negotiation_call',
  vp_modern_set_features: 'negotiation_call',
  vp_modern_set_extended_features: 'negotiation_call',
  vp_modern_get_driver_features: 'negotiation_call',
  vp_modern_get_driver_extended_features: 'negotiation_call',
  vp_legacy_get_features: 'negotiation_call',
  vp_legacy_set_features: 'negotiation_call',
  vp_legacy_get_driver_features: 'negotiation_call',
  vdpa_set_features: 'negotiation_call',
  vdpa_set_features_unlocked: 'negotiation_call',
};

/** Struct slots that hold a step of the negotiation; a function stored in one is a site of kind `<slot>_def`. */
export const negotiationSlots: ReadonlySet<string> = new Set([
  'get_features',
  'finalize_features',
  'get_device_features',
  'get_driver_features',
  'set_driver_features',
  'get_backend_features',
  'validate',
]);

/** Records whose slots of those names are the negotiation's: elsewhere the same name means something else. */
export const negotiationRecords: ReadonlySet<string> = new Set([
  'struct virtio_config_ops',
  'struct vdpa_config_ops',
  'struct virtio_driver',
  'struct vdpa_mgmt_dev',
]);

/** Constants that name a feature register, command or field. */
export const featureRegister =
  /^(?:VIRTIO_PCI_(?:HOST|GUEST)_FEATURES|VIRTIO_PCI_COMMON_(?:DF|DFSELECT|GF|GFSELECT)|VIRTIO_MMIO_(?:HOST|GUEST|DEVICE|DRIVER)_FEATURES(?:_SEL|_LOW|_HIGH)?|CCW_CMD_(?:READ|WRITE)_FEAT|VHOST_USER_(?:GET|SET)_(?:PROTOCOL_)?FEATURES)$/;

/** Fields of the register block of modern PCI that select or hold feature bits. */
export const featureRegisterField: ReadonlySet<string> = new Set([
  'device_feature',
  'device_feature_select',
  'guest_feature',
  'guest_feature_select',
  'driver_feature',
  'driver_feature_select',
]);

/** Back-end ioctls about features. */
export const featureIoctl =
  /^VHOST_(?:GET|SET)_(?:BACKEND_)?FEATURES(?:_ARRAY)?$|^VHOST_SCSI_(?:GET|SET)_FEATURES$|^VDUSE_DEV_GET_FEATURES$|^VHOST_NET_(?:GET|SET)_FEATURES$/;

/** Status constants of the handshake. */
export const featuresOkStatus: ReadonlySet<string> = new Set(['VIRTIO_CONFIG_S_FEATURES_OK']);

/** Fields that hold a set of feature bits, by record where the name alone says too little. */
export const featureSetFields: ReadonlySet<string> = new Set([
  'acked_features',
  'acked_backend_features',
  'driver_features',
  'device_features',
  'negotiated_features',
  'actual_features',
  'supported_features',
  'req_features',
  'hw_features',
  'dev_features',
  'mvdev_features',
  'backend_features',
  'features_array',
  'debugfs_filter_features',
  'features_valid',
]);

/** Records whose field `features` is a set of virtio feature bits. */
export const featureSetRecord = /virtio|vring|vhost|vdpa|vduse|vp_vdpa|ifcvf|eni_|snet|octep|vdpasim|mlx5_vdpa|pds_vdpa|vringh|mlxbf|rproc/;

/** Fields of a driver that list its bits. */
export const tableFields: Readonly<Record<string, string>> = {
  feature_table: 'table',
  feature_table_legacy: 'table',
  feature_table_size: 'table',
  feature_table_size_legacy: 'table',
};

/** Calls that only log or name things. */
export const logCalls = /^(?:v?dev_|pr_|netdev_|printk|WARN|DRM_|drm_|seq_|kobject_|trace_|dbg)/;

/** Helpers that are feature sites where they are defined. */
export const helperDefinitions: ReadonlySet<string> = new Set([
  'virtio_has_feature',
  '__virtio_test_bit',
  '__virtio_set_bit',
  '__virtio_clear_bit',
  'virtio_features_test_bit',
  'virtio_features_set_bit',
  'virtio_features_clear_bit',
  'virtio_check_driver_offered_feature',
  '__virtio_check_driver_offered_feature',
  'vhost_has_feature',
  'vhost_backend_has_feature',
  'virtio_cread_feature',
  'virtio_cread_le_feature',
  'virtio_max_dma_size',
  'virtio_is_little_endian',
]);
