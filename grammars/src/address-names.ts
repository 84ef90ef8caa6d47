/**
 * How addresses are made, passed on and handed to devices in kernel code, Linux 3.x to 6.18.
 *
 * Origin: include/linux/{mm,pfn,scatterlist,dma-mapping,io,virtio_config}.h, asm/io.h, asm/dma-types.h, drivers/virtio/*.
 */

/** What a value is an address of, or where it came from. */
export type AddressKind =
  /** A CPU physical address. */
  | 'phys'
  /** A page frame number. */
  | 'pfn'
  /** An address the DMA API gave. */
  | 'dma'
  /** The DMA address an sg entry carries. */
  | 'sgdma'
  /** The address of a virtqueue's ring, by the ring core's accessors. */
  | 'ring'
  /** Kernel memory from `dma_alloc_coherent` and the like. */
  | 'coherent'
  /** A `struct page` of vmalloc memory. */
  | 'vmalloc'
  /** An address of a ring that a `set_vq_address` op was given. */
  | 'vqaddr'
  /** Memory straight from the page allocator. */
  | 'pages'
  /** What a back end's table translates a guest address to. */
  | 'translated'
  /** A kernel pointer cast to an integer. */
  | 'pointer';

/** Calls that make an address. */
export const addressCalls: Readonly<Record<string, AddressKind>> = {
  virt_to_phys: 'phys',
  __virt_to_phys: 'phys',
  __pa: 'phys',
  __pa_symbol: 'phys',
  __pa_nodebug: 'phys',
  virt_to_bus: 'phys',
  isa_virt_to_bus: 'phys',
  page_to_phys: 'phys',
  page_to_bus: 'phys',
  bvec_phys: 'phys',
  sg_phys: 'phys',
  slow_virt_to_phys: 'phys',
  vmalloc_to_phys: 'phys',
  per_cpu_ptr_to_phys: 'phys',
  virt_to_dma64: 'phys',
  virt_to_dma32: 'phys',
  pfn_to_phys: 'phys',
  __pfn_to_phys: 'phys',
  PFN_PHYS: 'phys',
  folio_to_phys: 'phys',
  page_to_pfn: 'pfn',
  __page_to_pfn: 'pfn',
  folio_pfn: 'pfn',
  virt_to_pfn: 'pfn',
  vmalloc_to_pfn: 'pfn',
  sg_dma_address: 'sgdma',
  virtqueue_get_desc_addr: 'ring',
  virtqueue_get_avail_addr: 'ring',
  virtqueue_get_used_addr: 'ring',
  /** Pointers to the ring before 4.x accessors. */
  virtqueue_get_desc: 'ring',
  virtqueue_get_avail: 'ring',
  virtqueue_get_used: 'ring',
  virtqueue_get_vring: 'ring',
  dma_map_single: 'dma',
  dma_map_single_attrs: 'dma',
  dma_map_page: 'dma',
  dma_map_page_attrs: 'dma',
  dma_map_phys: 'dma',
  dma_map_resource: 'dma',
  pci_map_single: 'dma',
  pci_map_page: 'dma',
  virtqueue_dma_map_single_attrs: 'dma',
  virtqueue_map_single_attrs: 'dma',
  virtqueue_map_page_attrs: 'dma',
  dma_alloc_coherent: 'coherent',
  dma_alloc_attrs: 'coherent',
  dmam_alloc_coherent: 'coherent',
  dmam_alloc_attrs: 'coherent',
  dma_alloc_noncoherent: 'coherent',
  dma_zalloc_coherent: 'coherent',
  dma_pool_alloc: 'coherent',
  dma_pool_zalloc: 'coherent',
  pci_alloc_consistent: 'coherent',
  vmalloc_to_page: 'vmalloc',
  alloc_pages_exact: 'pages',
  alloc_pages_exact_nid: 'pages',
  __get_free_pages: 'pages',
  __get_free_page: 'pages',
  get_zeroed_page: 'pages',
};

/** Those of them that turn the kernel's own memory into an address; the others convert one form into another. */
export const addressSources: ReadonlySet<string> = new Set([
  'virt_to_phys',
  '__virt_to_phys',
  '__pa',
  '__pa_symbol',
  'virt_to_bus',
  'isa_virt_to_bus',
  'page_to_phys',
  'page_to_bus',
  'bvec_phys',
  'sg_phys',
  'slow_virt_to_phys',
  'vmalloc_to_phys',
  'folio_to_phys',
  'page_to_pfn',
  'folio_pfn',
  'virt_to_pfn',
  'vmalloc_to_pfn',
]);

/** Helpers of a driver's own that compute a physical address, by their name. */
export const physHelper = /_to_phys$/;

/** Types whose values are physical addresses wherever they came from. */
export const physTypes: ReadonlySet<string> = new Set(['phys_addr_t', 'resource_size_t']);

/** Calls that pass a value on unchanged in nature: name -> index of the argument. */
export const passThrough: Readonly<Record<string, number>> = {
  cpu_to_le16: 0,
  cpu_to_le32: 0,
  cpu_to_le64: 0,
  cpu_to_be16: 0,
  cpu_to_be32: 0,
  cpu_to_be64: 0,
  le16_to_cpu: 0,
  le32_to_cpu: 0,
  le64_to_cpu: 0,
  be32_to_cpu: 0,
  be64_to_cpu: 0,
  cpu_to_virtio16: 1,
  cpu_to_virtio32: 1,
  cpu_to_virtio64: 1,
  virtio16_to_cpu: 1,
  virtio32_to_cpu: 1,
  virtio64_to_cpu: 1,
  __cpu_to_virtio16: 1,
  __cpu_to_virtio32: 1,
  __cpu_to_virtio64: 1,
  u64_to_dma64: 0,
  u32_to_dma32: 0,
  dma64_to_u64: 0,
  dma32_to_u32: 0,
  dma64_add: 0,
  dma32_add: 0,
  dma32_and: 0,
  lower_32_bits: 0,
  upper_32_bits: 0,
  PFN_DOWN: 0,
  PFN_UP: 0,
  PHYS_PFN: 0,
  __phys_to_pfn: 0,
  phys_to_pfn: 0,
  pfn_to_page: 0,
  ALIGN: 0,
  ALIGN_DOWN: 0,
  PAGE_ALIGN: 0,
  round_up: 0,
  round_down: 0,
  roundup: 0,
  rounddown: 0,
  READ_ONCE: 0,
  min: 0,
  max: 0,
};

/** Conversions to the byte order a device reads: a value that passes one is on its way out. */
export const toDeviceOrder: ReadonlySet<string> = new Set([
  'cpu_to_le32',
  'cpu_to_le64',
  'cpu_to_be32',
  'cpu_to_be64',
  'cpu_to_virtio32',
  'cpu_to_virtio64',
  '__cpu_to_virtio32',
  '__cpu_to_virtio64',
]);

/** Stores in a device's byte order: index of the value. From include/linux/unaligned.h. */
export const deviceOrderStores: Readonly<Record<string, number>> = {
  put_unaligned_le32: 0,
  put_unaligned_le64: 0,
  put_unaligned_be32: 0,
  put_unaligned_be64: 0,
};

/** Writes to a device's configuration space: index of the value, or of its address. From include/linux/virtio_config.h. */
export const configWrites: Readonly<Record<string, number>> = {
  virtio_cwrite: 3,
  virtio_cwrite_le: 3,
  virtio_cwrite32: 2,
  virtio_cwrite64: 2,
};

/** Stores to device registers: index of the value, and of the register's address. */
export const registerWrites: Readonly<Record<string, { readonly value: number; readonly register: number }>> =
  {
    iowrite8: { value: 0, register: 1 },
    iowrite16: { value: 0, register: 1 },
    iowrite32: { value: 0, register: 1 },
    iowrite32be: { value: 0, register: 1 },
    iowrite64: { value: 0, register: 1 },
    writeb: { value: 0, register: 1 },
    writew: { value: 0, register: 1 },
    writel: { value: 0, register: 1 },
    writel_relaxed: { value: 0, register: 1 },
    writeq: { value: 0, register: 1 },
    writeq_relaxed: { value: 0, register: 1 },
    __raw_writel: { value: 0, register: 1 },
    outl: { value: 0, register: 1 },
    vp_iowrite8: { value: 0, register: 1 },
    vp_iowrite16: { value: 0, register: 1 },
    vp_iowrite32: { value: 0, register: 1 },
    vp_iowrite64_twopart: { value: 0, register: 1 },
    vp_modern_iowrite64_twopart: { value: 0, register: 1 },
    iowrite64_twopart: { value: 0, register: 1 },
  };

/** Registers that take a ring's page frame number. */
export const ringPfnRegister = /(?:^|_)QUEUE_PFN$/;

/** Registers and register-block fields that take a ring's address. */
export const ringAddressRegister =
  /(?:^|_)QUEUE_(?:DESC|AVAIL|USED|DRIVER|DEVICE)(?:_(?:LO|LOW|HI|HIGH))?$|^queue_(?:desc|avail|used|driver|device)(?:_(?:lo|hi))?$/;

/** Ops-table slots that take the addresses of a ring. */
export const ringAddressOps: ReadonlySet<string> = new Set(['set_vq_address']);

/** Puts a buffer into a scatterlist: index of the list and of the buffer. */
export const sgSetters: Readonly<Record<string, { readonly list: number; readonly buffer: number }>> = {
  sg_init_one: { list: 0, buffer: 1 },
  sg_set_buf: { list: 0, buffer: 1 },
  sg_set_page: { list: 0, buffer: 1 },
  sg_assign_page: { list: 0, buffer: 1 },
  sg_set_folio: { list: 0, buffer: 1 },
};

/** Adds scatterlists to a virtqueue: index of the queue and of the list. */
export const virtqueueAdds: Readonly<Record<string, { readonly queue: number; readonly list: number }>> = {
  virtqueue_add_sgs: { queue: 0, list: 1 },
  virtqueue_add_outbuf: { queue: 0, list: 1 },
  virtqueue_add_inbuf: { queue: 0, list: 1 },
  virtqueue_add_inbuf_ctx: { queue: 0, list: 1 },
  virtqueue_add_outbuf_premapped: { queue: 0, list: 1 },
  virtqueue_add_inbuf_premapped: { queue: 0, list: 1 },
  virtqueue_add_inbuf_cache_clean: { queue: 0, list: 1 },
  virtqueue_add_buf: { queue: 0, list: 1 },
  virtqueue_add_buf_gfp: { queue: 0, list: 1 },
};

/**
 * Memory pools that are filled with memory from elsewhere and give it out in pieces: index of the pool and of the memory.
 * From include/linux/genalloc.h.
 */
export const poolFills: Readonly<Record<string, { readonly pool: number; readonly memory: number }>> = {
  gen_pool_add: { pool: 0, memory: 1 },
  gen_pool_add_virt: { pool: 0, memory: 1 },
  gen_pool_add_owner: { pool: 0, memory: 1 },
};

/** What gives a pool's memory out: index of the pool. */
export const poolAllocations: Readonly<Record<string, number>> = {
  gen_pool_alloc: 0,
  gen_pool_alloc_algo: 0,
  gen_pool_alloc_owner: 0,
  gen_pool_alloc_algo_owner: 0,
  gen_pool_dma_alloc: 0,
  gen_pool_dma_zalloc: 0,
};

/**
 * Tables a back end translates guest addresses by, and the field that holds the result: the guest's memory map (drivers/vhost/vhost.h
 * to 4.7), the tree that replaced it (4.8 to 5.6), include/linux/vhost_iotlb.h since.
 */
export const translationTables: Readonly<Record<string, string>> = {
  'struct vhost_memory_region': 'userspace_addr',
  'struct vhost_umem_node': 'userspace_addr',
  'struct vhost_iotlb_map': 'addr',
};

/** How vhost and vringh complain; from drivers/vhost/vhost.h, vringh.c. */
export const hostLogCalls = /^(?:vq_err|vringh_bad|dprintk)$/;

/** Addresses of buffers somebody else mapped: AF_XDP's pools (include/net/xdp_sock_drv.h). */
export const premappedSources: ReadonlySet<string> = new Set([
  'xsk_buff_xdp_get_dma',
  'xsk_buff_xdp_get_frame_dma',
  'xsk_buff_raw_get_dma',
]);

/** Integer types of channel programs: addresses the channel reads (arch/s390/include/asm/dma-types.h, 6.8). */
export const channelAddressTypes: ReadonlySet<string> = new Set(['dma32_t', 'dma64_t']);

/** Descriptor records of the rings, whose `addr` the device follows. */
export const descriptorRecords: ReadonlySet<string> = new Set([
  'struct vring_desc',
  'struct vring_packed_desc',
]);

/** DMA API calls by what they do. */
export const dmaApi: Readonly<
  Record<string, 'map' | 'unmap' | 'sync' | 'error' | 'limit' | 'device' | 'alloc' | 'free'>
> = {
  dma_map_single: 'map',
  dma_map_single_attrs: 'map',
  dma_map_page: 'map',
  dma_map_page_attrs: 'map',
  dma_map_phys: 'map',
  dma_map_sg: 'map',
  dma_map_sg_attrs: 'map',
  dma_map_sgtable: 'map',
  dma_unmap_single: 'unmap',
  dma_unmap_single_attrs: 'unmap',
  dma_unmap_page: 'unmap',
  dma_unmap_page_attrs: 'unmap',
  dma_unmap_phys: 'unmap',
  dma_unmap_sg: 'unmap',
  dma_unmap_sg_attrs: 'unmap',
  dma_unmap_sgtable: 'unmap',
  dma_sync_single_for_cpu: 'sync',
  dma_sync_single_for_device: 'sync',
  dma_sync_single_range_for_cpu: 'sync',
  dma_sync_single_range_for_device: 'sync',
  dma_sync_sg_for_cpu: 'sync',
  dma_sync_sg_for_device: 'sync',
  dma_sync_sgtable_for_cpu: 'sync',
  dma_sync_sgtable_for_device: 'sync',
  dma_need_sync: 'sync',
  dma_dev_need_sync: 'sync',
  dma_mapping_error: 'error',
  dma_max_mapping_size: 'limit',
  dma_opt_mapping_size: 'limit',
  dma_alloc_coherent: 'alloc',
  dma_alloc_attrs: 'alloc',
  dma_zalloc_coherent: 'alloc',
  dma_free_coherent: 'free',
  dma_free_attrs: 'free',
};

/** Pages straight from the allocator. */
export const pageAllocators: ReadonlySet<string> = new Set([
  'alloc_pages_exact',
  'alloc_pages_exact_nid',
  '__get_free_pages',
  '__get_free_page',
  'get_zeroed_page',
  'alloc_pages',
]);

export const pageFrees: ReadonlySet<string> = new Set([
  'free_pages_exact',
  'free_pages',
  'free_page',
  '__free_pages',
]);

/** Fields and functions that hold or give the DMA API's answer to "does this mapping need syncs?" (6.6+). */
export const syncQueries = /need_sync$/;
