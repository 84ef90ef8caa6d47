/**
 * Where values come from that the device decides: in a secure guest the host may put anything there, at any time.
 *
 * Origin: include/linux/{virtio,virtio_config}.h, virtio_pci_modern_dev.c, include/uapi/linux/virtio_*.h, Linux 4.x to 6.18.
 */

/** Calls whose result the device decides: its configuration space, and its registers. */
export const deviceReads =
  /^(?:virtio_cread(?:8|16|32|64)|(?:vp_)?ioread(?:8|16|32|64)(?:be)?(?:_lo_hi|_hi_lo)?|read[bwlq](?:_relaxed)?|vp_(?:modern|legacy)_get_(?:features|extended_features|status|generation|queue_size|num_queues|queue_enable)|vring_(?:used|avail)_event)$/;

/** Calls that fill what an argument points to with what the device says: index of the argument. */
export const deviceFills: Readonly<Record<string, number>> = {
  virtio_cread: 3,
  virtio_cread_le: 3,
  virtio_cread_feature: 4,
  virtio_cread_le_feature: 4,
  virtio_cread_bytes: 2,
  __virtio_cread_many: 2,
  /** The used length. The buffer itself comes from the driver's own table. */
  virtqueue_get_buf: 1,
  virtqueue_get_buf_ctx: 1,
  virtqueue_get_buf_ctx_split: 1,
  virtqueue_get_buf_ctx_packed: 1,
  virtio_get_shm_region: 1,
};

/** Calls through `struct virtio_config_ops`, by the slot: those that give what the device says. */
export const deviceSlots: ReadonlySet<string> = new Set(['get_features', 'get_status', 'generation']);
/** Those that fill: index of the argument. */
export const deviceFillSlots: Readonly<Record<string, number>> = { get: 2 };
export const configOps = 'struct virtio_config_ops';

/**
 * Memory of a ring: shared, and the host's to write whatever the specification says of it. The driver's private copy is
 * `desc_extra` (5.13).
 */
export const ringRecords: ReadonlySet<string> = new Set([
  'struct vring_desc',
  'struct vring_avail',
  'struct vring_used',
  'struct vring_used_elem',
  'struct vring_packed_desc',
  'struct vring_packed_desc_event',
]);

/** Records only the device writes: answers, events and reports, by their names. */
export const deviceWrittenRecord =
  /^struct virtio_\w+?_(?:resp(?:onse)?(?:_\w+)?|inhdr|in_hdr|event|fault|req_tail|cmd_status|pcm_status|result|reply_hdr|zone_report|zone_descriptor)$/;

/**
 * Fields of those records and of rings, and what fields of physical addresses are called: a record is looked up for these alone.
 * Fields in the device's byte order are known by the conversion.
 */
export const sharedField =
  /^(?:len|flags|next|id|idx|ring|off_wrap|status|response|sense|value|reason|z_type|z_state|ret|type)$|addr|phys|base|start/;

/** Conversions from a device's byte order; of a field they show that it is shared with the device. */
export const fromDeviceOrder = /^(?:__)?(?:virtio|le)(?:16|32|64)_to_cpu$/;

/** Types of fields in a device's byte order. Origin: include/uapi/linux/{types,virtio_types}.h. */
export const deviceOrderType = /^__(?:virtio|le)(?:16|32|64)$/;

/** A name that code which gets such a value holds. */
export const deviceSource = new RegExp(
  `${deviceReads.source}|${fromDeviceOrder.source}|^(?:get|get_features|get_status|generation)$|${deviceWrittenRecord.source.replace('struct ', '')}`,
);
