/** Calls of the DMA API that are about one device (include/linux/dma-mapping.h and dmapool.h, Linux 4.6 to 6.18). */
const deviceCall =
  /^dmam?_(?:map|unmap|sync|alloc|zalloc|free|mapping_error|max_mapping_size|opt_mapping_size|need_sync|need_unmap|get_merge_boundary|get_sgtable|mmap|can_mmap|vmap|vunmap|pool_create|set_mask|set_coherent_mask|coerce_mask|get_mask|get_required_mask|set_max_seg_size|get_max_seg_size|set_seg_boundary|set_min_align|addressing_limited|supported)(?:_|$)/;

export function isDmaDeviceCall(name: string): boolean {
  return deviceCall.test(name);
}
