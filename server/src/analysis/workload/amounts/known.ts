/** Kernel functions and constants that say how large something is, as data. */

/**
 * The page size requests are measured in: that of x86, s390x and most arm64 kernels.
 * Source: arch/x86/include/asm/page_types.h, arch/s390/include/asm/page.h (6.12).
 */
export const PAGE_BYTES = 4096;

/** The largest bounce mapping: IO_TLB_SEGSIZE slots of 1 << IO_TLB_SHIFT bytes. Source: include/linux/swiotlb.h (6.12). */
export const SLOT_BYTES = 2048;
export const LARGEST_BOUNCE_BYTES = 128 * SLOT_BYTES;

/** Entries a queue can have at the most. Source: virtio 1.3, sections 2.7 and 2.8 ("Queue Size ... is 32768"). */
export const LARGEST_RING = 32768;

/** Source: arch/x86/include/asm/cache.h with CONFIG_X86_L1_CACHE_SHIFT 6, arch/arm64/include/asm/cache.h (6.12). */
export const CACHE_LINE_BYTES = 64;

/** Constants of headers that are not read. Sources: include/linux/{mm,skbuff,limits,sizes}.h, linux/kernel.h (6.12). */
export const knownNumbers: Readonly<Record<string, number>> = {
  PAGE_SIZE: PAGE_BYTES,
  PAGE_SHIFT: 12,
  HPAGE_SIZE: 2 ** 21,
  HPAGE_PMD_SIZE: 2 ** 21,
  U8_MAX: 0xff,
  U16_MAX: 0xffff,
  U32_MAX: 0xffffffff,
  UINT_MAX: 0xffffffff,
  INT_MAX: 0x7fffffff,
  USHRT_MAX: 0xffff,
  PATH_MAX: 4096,
  NAME_MAX: 255,
  BITS_PER_BYTE: 8,
  BITS_PER_LONG: 64,
  L1_CACHE_BYTES: CACHE_LINE_BYTES,
  SMP_CACHE_BYTES: CACHE_LINE_BYTES,
  // include/uapi/linux/bpf.h (6.12).
  XDP_PACKET_HEADROOM: 256,
  // include/uapi/linux/if_ether.h (6.12).
  ETH_ALEN: 6,
  ETH_HLEN: 14,
  ETH_DATA_LEN: 1500,
  ETH_FRAME_LEN: 1514,
  ETH_MIN_MTU: 68,
  ETH_MAX_MTU: 65535,
  VLAN_HLEN: 4,
  // include/linux/skbuff.h: the default of CONFIG_MAX_SKB_FRAGS (6.12).
  MAX_SKB_FRAGS: 17,
  // include/linux/scatterlist.h (6.12).
  SG_CHUNK_SIZE: 128,
  SG_MAX_SINGLE_ALLOC: 128,
  // include/linux/blkdev.h (6.12): enum blk_default_limits; the default of max_segment_size is BLK_MAX_SEGMENT_SIZE.
  BLK_MAX_SEGMENTS: 128,
  BLK_MAX_SEGMENT_SIZE: 65536,
  SECTOR_SIZE: 512,
  SECTOR_SHIFT: 9,
  // include/linux/sizes.h (6.12).
  ...Object.fromEntries(
    Array.from({ length: 31 }, (_, bit) => [
      bit < 10
        ? `SZ_${2 ** bit}`
        : bit < 20
          ? `SZ_${2 ** (bit - 10)}K`
          : bit < 30
            ? `SZ_${2 ** (bit - 20)}M`
            : 'SZ_1G',
      2 ** bit,
    ]),
  ),
};

/**
 * What `SKB_WITH_OVERHEAD()` takes off: `struct skb_shared_info` with 17 fragments, rounded up to a cache line.
 * Source: include/linux/skbuff.h (6.12), 48 bytes and 17 times 16.
 */
export const SKB_OVERHEAD = 320;

/** Records of headers that are not read. Source: include/linux/skbuff.h (6.12), as above. */
export const knownRecords: Readonly<Record<string, number>> = { 'struct skb_shared_info': SKB_OVERHEAD };

/** Functions that say how large one mapping may be. Source: kernel/dma/mapping.c, include/linux/virtio.h (6.12). */
export const mappingLimits: ReadonlySet<string> = new Set([
  'virtio_max_dma_size',
  'dma_max_mapping_size',
  'dma_opt_mapping_size',
  'swiotlb_max_mapping_size',
]);

/** Calls whose value is that of one argument, in another byte order or type. Source: linux/byteorder/generic.h, virtio_config.h (6.12). */
export const sameValue =
  /^(?:(?:__)?(?:le|be|cpu_to_le|cpu_to_be)(?:16|32|64)(?:_to_cpu)?p?|(?:__)?cpu_to_(?:le|be)(?:16|32|64)|READ_ONCE|ACCESS_ONCE|(?:un)?likely|array_index_nospec|abs|roundup_pow_of_two_or_zero)$/;
/** The value is the second argument. Source: include/linux/virtio_config.h (6.12). */
export const sameAsSecond = /^(?:virtio(?:16|32|64)_to_cpu|cpu_to_virtio(?:16|32|64))$/;

/** Counts of what user space asks for. Source: include/linux/uio.h (6.12). */
export const userCounts: ReadonlySet<string> = new Set(['iov_iter_count', 'iov_length']);

/** Calls that allocate memory which is one piece to the device, with the arguments whose product is its size. */
export const allocations: Readonly<Record<string, readonly number[]>> = {
  // include/linux/slab.h (6.12).
  kmalloc: [0], kzalloc: [0], kmalloc_node: [0], kzalloc_node: [0], kmalloc_noprof: [0], kzalloc_noprof: [0],
  kmalloc_array: [0, 1], kcalloc: [0, 1], kmalloc_array_node: [0, 1], kcalloc_node: [0, 1],
  krealloc: [1], krealloc_array: [1, 2],
  kvmalloc: [0], kvzalloc: [0], kvmalloc_node: [0], kvzalloc_node: [0], kvmalloc_array: [0, 1], kvcalloc: [0, 1],
  kmemdup: [1], kvmemdup: [1], kmemdup_array: [1, 2],
  // include/linux/device.h (6.12).
  devm_kmalloc: [1], devm_kzalloc: [1], devm_kcalloc: [1, 2], devm_kmalloc_array: [1, 2], devm_kmemdup: [2],
  // include/linux/string.h (6.12).
  memdup_user: [1], vmemdup_user: [1], memdup_user_nul: [1], memdup_array_user: [1, 2], vmemdup_array_user: [1, 2],
  // include/linux/gfp.h (6.12).
  alloc_pages_exact: [0],
}; // biome-ignore format: a table

/**
 * Allocations made for sizes that may be large: they take one piece of up to KMALLOC_MAX_SIZE (4 MiB) where they can get it,
 * and vmalloc memory only otherwise. Source: mm/util.c, __kvmalloc_node(), vmemdup_user() (6.12).
 */
export const largeAllocations = /^(?:kv[mzc]alloc|kvmemdup|vmemdup)/;
/** Allocations of what user space hands over, as long as it says. Source: mm/util.c (6.12). */
export const userAllocations = /^v?memdup_(?:array_)?user/;
/** The largest piece `kmalloc` gives. Source: include/linux/slab.h, KMALLOC_MAX_SIZE with MAX_PAGE_ORDER 10 (6.12). */
export const LARGEST_KMALLOC = 2 ** 22;
