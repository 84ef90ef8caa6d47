/**
 * Names of the virtio core that later kernels call otherwise, with nothing else changed: the arguments are the same.
 *
 * A tree is asked which of the two it declares; the release is for people.
 */
export interface Renamed {
  readonly old: string;
  readonly current: string;
  readonly since: string;
  /** Where the renaming is to be found. */
  readonly source: string;
}

const mapOperations = 'struct virtio_map_ops, bee8c7c24b73 and 0d16cc439f36';

export const renamed: readonly Renamed[] = [
  {
    old: 'virtio_has_iommu_quirk',
    current: 'virtio_has_dma_quirk',
    since: 'v5.9',
    source: 'mail 20200624232035.704217-3-mst@redhat.com',
  },
  {
    // Since then a header for user space alone keeps the old name, under `#ifndef __KERNEL__`.
    old: 'VIRTIO_F_IOMMU_PLATFORM',
    current: 'VIRTIO_F_ACCESS_PLATFORM',
    since: 'v5.9',
    source: 'mail 20200624232035.704217-3-mst@redhat.com',
  },
  {
    old: 'virtqueue_dma_map_single_attrs',
    current: 'virtqueue_map_single_attrs',
    since: 'v6.18',
    source: mapOperations,
  },
  {
    old: 'virtqueue_dma_unmap_single_attrs',
    current: 'virtqueue_unmap_single_attrs',
    since: 'v6.18',
    source: mapOperations,
  },
  {
    old: 'virtqueue_dma_mapping_error',
    current: 'virtqueue_map_mapping_error',
    since: 'v6.18',
    source: mapOperations,
  },
  {
    old: 'virtqueue_dma_sync_single_range_for_cpu',
    current: 'virtqueue_map_sync_single_range_for_cpu',
    since: 'v6.18',
    source: mapOperations,
  },
  {
    old: 'virtqueue_dma_sync_single_range_for_device',
    current: 'virtqueue_map_sync_single_range_for_device',
    since: 'v6.18',
    source: mapOperations,
  },
];
