/**
 * The words that make a file worth outlining: a file that holds none of them, in any mix of case, holds no site.
 *
 * Origin: the prefixes every name of the virtio headers carries (include/linux/virtio*.h, include/uapi/linux/virtio_*.h,
 * include/linux/vringh.h, drivers/vhost/vhost.h, include/linux/vdpa.h), read in Linux 6.1 and 6.12. A driver cannot
 * register with the virtio bus, touch a ring or be a vDPA parent without one of them.
 */
export const relevantWords: readonly string[] = [
  'virtio',
  'virtqueue',
  'vring',
  'vhost',
  'vdpa',
  'vduse',
  // A comment that suppresses nothing is reported, in whatever file it was left.
  'vringside-ignore',
];

/** Folders and headers of a tree that decide for every driver: read with any part of it. */
export const coreFolders: readonly string[] = [
  'drivers/virtio',
  'include/linux/virtio.h',
  'include/linux/virtio_config.h',
];

const relevantHeader = /virtio|virtqueue|vring|vhost|vdpa|vduse|remoteproc|rpmsg/i;

/**
 * Whether names are looked up in a header: a driver's own headers and those of the subject. What the rest of the kernel's
 * headers define is known by name (see the other tables), so that reading a driver does not mean reading a thousand of them.
 */
export function isHeaderFollowed(header: string): boolean {
  return relevantHeader.test(header) || !/^(?:include|arch\/[^/]+\/include)\//.test(header);
}

/**
 * Names a file's code holds when it takes part in virtio, on either end: a file that speaks of it in comments only, or has a
 * variable called `vhost` (a virtual host adapter), does not. Origin: as `relevantWords`.
 */
export const subjectName =
  /virtio|VIRTIO|virtqueue|(?:\b|_)(?:vringh|vdpa|VDPA|vduse|VDUSE)(?:_|\b)|\b_*vring_(?:virtqueue|desc|packed|split|avail|used|size|init|new|create|del|interrupt|transport|use|need|alloc|map|unmap)|\bvhost_(?:dev|virtqueue|vring|iotlb|has|backend|user|net|vsock|scsi|vdpa|get|set|add|signal|poll)|\bVHOST_/;

/**
 * A function that holds no such name holds no site: every detector looks for a name of this kind (bits, helpers, registers,
 * fields, address conversions, scatterlists, DMA calls), so the others need not be parsed.
 */
export const siteName =
  /virtio|virtqueue|vring|vhost|vdpa|vduse|feature|validate|addr|phys|pfn|page|dma|iotlb|iova|iommu|cda|indicator|sg_|scatter|bus|__pa|coherent|premapped|platform|restricted|xen|encrypt|cpu_to_(?:le|be)(?:32|64)|unaligned|iov_base|vmalloc|_area\b|write(?:32|64|q|l)(?:_|\b)|_SET64/i;
