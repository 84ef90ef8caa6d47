/**
 * What feature bits mean to a reviewer of memory access: the bits that decide how a device reaches memory, or whether it is
 * taken at all. Origin: Virtual I/O Device (VIRTIO) specification 1.3, sections as given.
 */
export interface FeatureMeaning {
  /** A sentence or two. */
  readonly means: string;
  /** Where the specification says so. */
  readonly section: string;
}

const accessPlatform: FeatureMeaning = {
  means:
    'The device reaches memory as the platform lets it: through an IOMMU, or only where memory is shared with it. Without this bit it takes addresses as guest-physical and the driver bypasses the DMA API; in a secure guest it then cannot read private memory.',
  section: 'virtio 1.3, 6 Reserved Feature Bits; VIRTIO_F_ACCESS_PLATFORM (33)',
};

export const featureMeanings: Readonly<Record<string, FeatureMeaning>> = {
  VIRTIO_F_ACCESS_PLATFORM: accessPlatform,
  VIRTIO_F_IOMMU_PLATFORM: {
    means: `The name of ACCESS_PLATFORM before Linux 5.9. ${accessPlatform.means}`,
    section: accessPlatform.section,
  },
  VIRTIO_F_VERSION_1: {
    means:
      'The device follows version 1 of the specification. A legacy device has no feature bits past 31, so it cannot offer ACCESS_PLATFORM.',
    section: 'virtio 1.3, 6 Reserved Feature Bits; VIRTIO_F_VERSION_1 (32)',
  },
  VIRTIO_F_ORDER_PLATFORM: {
    means:
      'The device reaches memory in the order the platform gives real devices: the driver needs the barriers of a real device and not those between processors.',
    section: 'virtio 1.3, 6 Reserved Feature Bits; VIRTIO_F_ORDER_PLATFORM (36)',
  },
  VIRTIO_F_RING_PACKED: {
    means: 'Packed virtqueues: descriptors, avail and used flags in one ring.',
    section: 'virtio 1.3, 2.8 Packed Virtqueues; VIRTIO_F_RING_PACKED (34)',
  },
  VIRTIO_F_IN_ORDER: {
    means: 'The device uses buffers in the order in which they were made available.',
    section: 'virtio 1.3, 6 Reserved Feature Bits; VIRTIO_F_IN_ORDER (35)',
  },
  VIRTIO_F_RING_RESET: {
    means: 'Single virtqueues can be reset: what they hold must be unmapped then.',
    section: 'virtio 1.3, 2.6.1 Virtqueue Reset; VIRTIO_F_RING_RESET (40)',
  },
  VIRTIO_F_SR_IOV: {
    means: 'The device has virtual functions.',
    section: 'virtio 1.3, 6 Reserved Feature Bits; VIRTIO_F_SR_IOV (37)',
  },
  VIRTIO_F_NOTIFICATION_DATA: {
    means: 'The driver passes more than the queue number when it notifies the device.',
    section: 'virtio 1.3, 2.9 Driver Notifications; VIRTIO_F_NOTIFICATION_DATA (38)',
  },
  VIRTIO_F_ADMIN_VQ: {
    means: 'The device has an administration virtqueue, whose commands carry addresses of their own.',
    section: 'virtio 1.3, 2.13 Administration Virtqueues; VIRTIO_F_ADMIN_VQ (41)',
  },
  VIRTIO_F_ANY_LAYOUT: {
    means: 'A legacy device takes any split of a request into descriptors.',
    section: 'virtio 1.3, 6.3 Legacy Interface: Reserved Feature Bits; VIRTIO_F_ANY_LAYOUT (27)',
  },
  VIRTIO_F_NOTIFY_ON_EMPTY: {
    means: 'A legacy device interrupts when a ring runs empty, even where interrupts are suppressed.',
    section: 'virtio 1.3, 6.3 Legacy Interface: Reserved Feature Bits; VIRTIO_F_NOTIFY_ON_EMPTY (24)',
  },
  VIRTIO_RING_F_INDIRECT_DESC: {
    means:
      'A descriptor may point to a table of descriptors. The table is memory the device reads: it is mapped, and bounced, like data.',
    section: 'virtio 1.3, 2.7.5.3 Indirect Descriptors; VIRTIO_F_INDIRECT_DESC (28)',
  },
  VIRTIO_RING_F_EVENT_IDX: {
    means: 'Driver and device say at which index they want to be told next: fewer kicks and interrupts.',
    section: 'virtio 1.3, 2.7.7 and 2.7.10; VIRTIO_F_EVENT_IDX (29)',
  },
  VIRTIO_NET_F_MRG_RXBUF: {
    means:
      'A packet may span receive buffers, so these can be small; each posted buffer holds slots of the bounce pool.',
    section: 'virtio 1.3, 5.1.6.4 Processing of Incoming Packets; VIRTIO_NET_F_MRG_RXBUF (15)',
  },
  VIRTIO_BLK_F_SEG_MAX: {
    means:
      'The most segments of one request; with SIZE_MAX it bounds what a request takes of the bounce pool.',
    section: 'virtio 1.3, 5.2.3 Feature bits; VIRTIO_BLK_F_SEG_MAX (2)',
  },
  VIRTIO_BLK_F_SIZE_MAX: {
    means: 'The most bytes of one segment. A mapping through swiotlb cannot exceed 256 KiB.',
    section: 'virtio 1.3, 5.2.3 Feature bits; VIRTIO_BLK_F_SIZE_MAX (1)',
  },
  VIRTIO_BALLOON_F_PAGE_POISON: {
    means: 'The guest fills free pages with a value of its own and tells the device which.',
    section: 'virtio 1.3, 5.5.3 Feature bits; VIRTIO_BALLOON_F_PAGE_POISON (4)',
  },
  VIRTIO_BALLOON_F_REPORTING: {
    means: 'The guest reports free pages by their guest-physical addresses.',
    section: 'virtio 1.3, 5.5.3 Feature bits; VIRTIO_BALLOON_F_PAGE_REPORTING (5)',
  },
};
