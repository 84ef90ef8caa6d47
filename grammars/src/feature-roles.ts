/**
 * Names that take part in feature negotiation besides the bit itself: helpers, ops slots, registers, fields, ioctls.
 * Linux 3.x to 6.18.
 */

/**
 * Calls that are feature sites by their name alone: name -> site kind.
 * Origin: include/linux/virtio_config.h (quirk helpers 4.8 and 5.9), drivers/virtio/virtio_ring.c (decision, 4.6 and 6.18),
 * virtio.c, virtio_anchor.c and include/linux/virtio_anchor.h (gate, 6.0), the architectures' mm (gate, 5.10 to 5.18),
 * include/linux/virtio_pci_{modern,legacy}.h, include/linux/vdpa.h.
 */
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
  virtio_features_ok: 'negotiation_call',
  virtio_finalize_features: 'negotiation_call',
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

/**
 * Struct slots that hold a step of the negotiation -> kind of the function stored in one.
 * Origin: struct virtio_config_ops (include/linux/virtio_config.h; `get_extended_features` since 6.17), struct vdpa_config_ops
 * (include/linux/vdpa.h; `get_features` and `set_features` before 5.17), struct virtio_driver (include/linux/virtio.h).
 */
export const negotiationSlots: Readonly<Record<string, string>> = {
  get_features: 'get_features_def',
  get_extended_features: 'get_features_def',
  finalize_features: 'finalize_features_def',
  get_device_features: 'get_device_features_def',
  get_driver_features: 'get_driver_features_def',
  set_driver_features: 'set_driver_features_def',
  set_features: 'set_driver_features_def',
  get_backend_features: 'get_backend_features_def',
  validate: 'validate_def',
};

/** Records whose slots of those names are the negotiation's: elsewhere the same name means something else. */
export const negotiationRecord = /virtio|vdpa/;

/** Slots no other subsystem has: a call through one is a step of the negotiation whatever the record. */
export const ownSlots: ReadonlySet<string> = new Set([
  'get_extended_features',
  'finalize_features',
  'get_device_features',
  'set_driver_features',
  'get_backend_features',
]);

/** A transport's function that clears the transport bits it does not know: `vring_transport_features` and its likes. */
export const transportFeatures = /(?:^|_)transport_features$/;

/**
 * How functions that get, set or judge a set of feature bits are called. A name alone proves nothing: see `FeatureHelpers`.
 * Origin: the naming of drivers/virtio, drivers/vhost, drivers/vdpa and arch/um, Linux 4.x to 6.18.
 */
export const featureStep =
  /(?:^|_)(?:get|set|read|write|verify|check|validate|filter|negotiate|config|finalize|ack|support|supported)_(?:[a-z0-9]+_)*features?(?:_|$)|features?_(?:is_|are_)?(?:ok|valid|supported|check|zero|from_u64|equal|copy|andnot)(?:_|$)/;

/** Steps that answer a set: they return one or fill one; one that is given a set converts it to something else. */
export const featureGetter = /(?:^|_)(?:get|read|supported)_/;

/** Functions of that sort that only show or convert. */
export const notFeatureStep = /_(?:show|print|dump|store|seq|str|string|name)$/;

/** The type of another subsystem's feature set; a function that takes or returns one is not of ours. */
export const foreignFeatureTypes: ReadonlySet<string> = new Set(['netdev_features_t']);

/** Predicates that choose between DMA API and bypass, the ring core's and drivers' copies of it. */
export const dmaDecision = /(?:^|_)use_(?:dma|map)_api$/;

/**
 * Bit operations on a set kept as a bitmap -> kind when the set is the negotiated one.
 * Origin: include/linux/bitops.h; the core kept `vdev->features` so before 4.0.
 */
export const bitmapCalls: Readonly<Record<string, string>> = {
  test_bit: 'test_bit',
  set_bit: 'set_bit',
  __set_bit: 'set_bit',
  clear_bit: 'clear_bit',
  __clear_bit: 'clear_bit',
};

/** A platform's promise of 5.19 that memory access is restricted, asked by `platform_has()`. */
export const platformFact = /^PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS$/;

/** Functions that install the gate's callback, and the variable it is kept in. Origin: include/linux/virtio_anchor.h (6.0). */
export const platformHookSetters: ReadonlySet<string> = new Set(['virtio_set_mem_acc_cb']);
export const platformHookVariable = 'virtio_check_mem_acc_cb';

/**
 * Constants that name a feature register, command or field. Origin: include/uapi/linux/virtio_pci.h, virtio_mmio.h (register
 * names before and after 4.0), drivers/s390/virtio/virtio_ccw.c, arch/um/drivers/vhost_user.h.
 */
export const featureRegister =
  /^(?:VIRTIO_PCI_(?:HOST|GUEST)_FEATURES|VIRTIO_PCI_COMMON_(?:DF|DFSELECT|GF|GFSELECT)|VIRTIO_MMIO_(?:HOST|GUEST|DEVICE|DRIVER)_FEATURES(?:_SEL|_LOW|_HIGH)?|CCW_CMD_(?:READ|WRITE)_FEAT|VHOST_USER_(?:GET|SET)_(?:PROTOCOL_)?FEATURES)$/;

/**
 * Fields of the register block of modern PCI that select or hold feature bits. Origin: struct virtio_pci_common_cfg in
 * include/uapi/linux/virtio_pci.h; `driver_feature` is the specification's name, which parents' own copies use.
 */
export const featureRegisterField: ReadonlySet<string> = new Set([
  'device_feature',
  'device_feature_select',
  'guest_feature',
  'guest_feature_select',
  'driver_feature',
  'driver_feature_select',
]);

/** Checks at compile time: they name registers and touch none. */
export const compileTimeChecks =
  /^(?:BUILD_BUG_ON(?:_MSG|_ZERO)?|_?static_assert|_Static_assert|offsetof|offsetofend)$/;

/** Back-end ioctls about features. Origin: include/uapi/linux/vhost.h (arrays since 6.17), vduse.h. */
export const featureIoctl =
  /^VHOST_(?:GET|SET)_(?:BACKEND_)?FEATURES(?:_ARRAY)?$|^VHOST_SCSI_(?:GET|SET)_FEATURES$|^VDUSE_DEV_GET_FEATURES$|^VHOST_NET_(?:GET|SET)_FEATURES$/;

/** Status constants of the handshake. Origin: include/uapi/linux/virtio_config.h. */
export const featuresOkStatus: ReadonlySet<string> = new Set(['VIRTIO_CONFIG_S_FEATURES_OK']);

/** Fields that hold a set of feature bits, whole or in words. */
export const featureSetField = /(?:^|_)features(?:_array|_valid|_lo|_hi)?$/;

/** Those among them that no other subsystem has, for objects whose type is not known. */
export const ownSetField =
  /^(?:acked_(?:backend_)?features(?:_array)?|negotiated_features|features_array|features_valid)$/;

/** Fields of the remote processor's resource table through which features are offered and accepted (linux/remoteproc.h). */
export const resourceTableField: ReadonlySet<string> = new Set(['dfeatures', 'gfeatures']);

/** Records whose field `features` is a set of virtio feature bits, by their name. */
export const featureSetRecord = /virtio|vring|vhost|vdpa|vduse/;

/**
 * Records named so whose `features` are something else: capabilities of a sound stream or jack, as the device describes
 * them in a message (struct virtio_snd_pcm_info, struct virtio_snd_jack_info and the driver's copies of them).
 */
export const notFeatureSetRecord = /_snd_|pcm|jack/;

/** A record that holds one of these is a driver's or transport's own device, and its feature words are virtio's. */
export const subjectRecords: ReadonlySet<string> = new Set([
  'struct virtio_device',
  'struct vdpa_device',
  'struct vdpa_mgmt_dev',
  'struct vhost_dev',
  'struct vhost_virtqueue',
]);

/** Types that show a file to be about virtio, whatever its name. */
export const subjectTypes: readonly string[] = [
  'virtio_device',
  'virtio_driver',
  'virtio_config_ops',
  'virtqueue',
  'vdpa_device',
  'vdpa_config_ops',
  'vhost_dev',
  'vhost_virtqueue',
  'virtio_features_test_bit',
];

/** Variables that hold a set of feature bits. */
export const featureSetVariable = /(?:^|_)features(?:_lo|_hi|_legacy|_array)?$/;

/** What a set of feature bits, or a word of one, is made of. */
export const featureWordType =
  /^(?:__)?(?:u(?:8|16|32|64)|le(?:32|64)|virtio(?:32|64))$|^uint(?:8|16|32|64)_t$|^(?:unsigned )?(?:int|long|long long|char)$|^unsigned$|^(?:long )*(?:unsigned )?(?:long )*int$/;

/** Fields of a driver that list its bits. Origin: struct virtio_driver (include/linux/virtio.h). */
export const tableFields: ReadonlySet<string> = new Set(['feature_table', 'feature_table_legacy']);

/** Calls that only log or name things. Origin: include/linux/{printk,dev_printk,seq_file}.h and the subsystems' likes of them. */
export const logCalls = /^(?:v?dev_|pr_|netdev_|printk|WARN|DRM_|drm_|seq_|kobject_|trace_|dbg)/;

/** A driver's own logging macro: it ends in the level. */
export const logWrapper = /_(?:info|warn|warning|err|dbg|debug|notice)(?:_once|_ratelimited)?$/i;

/**
 * Helpers that are feature sites where they are defined, whatever can be told from their bodies.
 * Origin: include/linux/virtio_config.h, virtio_features.h (6.17), drivers/vhost/vhost.h.
 */
export const helperDefinitions: ReadonlySet<string> = new Set([
  'virtio_has_feature',
  '__virtio_test_bit',
  '__virtio_set_bit',
  '__virtio_clear_bit',
  'virtio_features_test_bit',
  'virtio_features_set_bit',
  'virtio_features_clear_bit',
  'vhost_has_feature',
  'vhost_backend_has_feature',
  'virtio_cread_feature',
  'virtio_cread_le_feature',
]);

/** Helpers whose definition is of the same kind as a call: the check itself is what matters. */
export const selfKindDefinitions: Readonly<Record<string, string>> = {
  virtio_check_driver_offered_feature: 'offered_check',
  __virtio_check_driver_offered_feature: 'offered_check',
  virtio_max_dma_size: 'max_dma_size',
};

/** Functions that answer whether addresses come from the DMA API: the ring core's (4.6+) and drivers' own. */
export const decisionName = /(?:^|_)(?:can_)?uses?_(?:dma|map)_api$/;
