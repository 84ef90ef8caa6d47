/**
 * Where the kernel does what a step of the model stands for: file and function, newest spelling first. The names are those of
 * Linux 4.6 to 6.18; a step without an entry happens in the device, in the platform or in the driver under review.
 */
export interface StepFunction {
  readonly file: string;
  readonly function: string;
}

const ring = 'drivers/virtio/virtio_ring.c';
const core = 'drivers/virtio/virtio.c';
const bounce = 'kernel/dma/swiotlb.c';
/** Before v4.20. */
const oldBounce = 'lib/swiotlb.c';

function inFile(file: string, ...names: readonly string[]): readonly StepFunction[] {
  return names.map((name) => ({ file, function: name }));
}

const mapping = inFile(ring, 'vring_map_one_sg', 'vring_map_single');
const adding = inFile(ring, 'virtqueue_add_split', 'virtqueue_add', 'vring_add_one');
const getting = inFile(ring, 'virtqueue_get_buf_ctx_split', 'virtqueue_get_buf_ctx', 'virtqueue_get_buf');

/** By the step's words. */
export const stepFunctions: Readonly<Record<string, readonly StepFunction[]>> = {
  'bounce pool': [
    ...inFile(bounce, 'swiotlb_init_remap', 'swiotlb_init'),
    ...inFile(oldBounce, 'swiotlb_init'),
  ],
  'features offered': inFile(core, 'virtio_dev_probe'),
  FEATURES_OK: inFile(core, 'virtio_features_ok', 'virtio_finalize_features'),
  'coherent memory': inFile(ring, 'vring_alloc_queue'),
  'ring in plain pages': inFile(ring, 'vring_alloc_queue'),
  'physical address': mapping,
  'direct mapping': mapping,
  'IOMMU mapping': mapping,
  'bounce slots taken': [
    ...inFile(bounce, 'swiotlb_tbl_map_single'),
    ...inFile(oldBounce, 'swiotlb_tbl_map_single'),
  ],
  'bounce map failed': [
    ...inFile(bounce, 'swiotlb_tbl_map_single'),
    ...inFile(oldBounce, 'swiotlb_tbl_map_single'),
  ],
  'bounce copy to the device': [...inFile(bounce, 'swiotlb_bounce'), ...inFile(oldBounce, 'swiotlb_bounce')],
  'bounce copy from the device': [
    ...inFile(bounce, 'swiotlb_bounce'),
    ...inFile(oldBounce, 'swiotlb_bounce'),
  ],
  'bounce slots freed': [
    ...inFile(bounce, '__swiotlb_tbl_unmap_single', 'swiotlb_tbl_unmap_single', 'swiotlb_release_slots'),
    ...inFile(oldBounce, 'swiotlb_tbl_unmap_single'),
  ],
  'table descriptor written': adding,
  'descriptor written': adding,
  'available entry written': adding,
  'available index written': adding,
  exposed: inFile(ring, 'virtqueue_kick_prepare_split', 'virtqueue_kick_prepare', 'virtqueue_kick'),
  'used index read': getting,
  'used id read': getting,
  'used length read': getting,
  'used event written': getting,
};
