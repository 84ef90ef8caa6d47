/**
 * How swiotlb works, release by release: plain data. The first row is the oldest release known; each row after it says
 * what its release changed. Every row names the commit or the tree it was read from.
 *
 * Releases are those of the mainline. 6.1 and 6.12 are the trees 6.1.192 and 6.12.117, which carry later fixes.
 */

export interface SwiotlbMechanics {
  /** The release whose row this is: 6.4 has the row of 6.3. */
  readonly release: string;

  // ---- the pool --------------------------------------------------------------------------------------------
  /** The pool is split into areas, one lock each; its size is rounded up to a power of two. */
  readonly hasAreas: boolean;
  /** A pool that came out smaller has fewer areas, never areas of less than a segment. */
  readonly areasFollowSize: boolean;
  /** Short of memory, the pool is halved down to 1 MiB; before, there was no pool at all. */
  readonly halvesWhenShort: boolean;
  /** A mapping without a pool stops the machine; since, it is an error of that mapping. */
  readonly panicsWithoutPool: boolean;
  /** A device may have a pool of its own (`restricted-dma-pool`), also for coherent memory. */
  readonly hasRestrictedPools: boolean;
  /** Growth at run time (`CONFIG_SWIOTLB_DYNAMIC`, default n), and the order in which pools are searched. */
  readonly growth: 'none' | 'pool by pool' | 'area by area';

  // ---- copies ----------------------------------------------------------------------------------------------
  /** Which mappings copy the original in: those the device reads, or all. */
  readonly mapCopies: 'what the device reads' | 'all';
  /** DMA_ATTR_SKIP_CPU_SYNC spares the copy at map. */
  readonly mapHonoursSkipSync: boolean;
  readonly syncForDeviceCopies: 'what the device reads' | 'all';
  /** More bytes than were mapped are cut off with a warning; before, they were copied. */
  readonly checksSize: boolean;
  /**
   * Where a sync at an address inside the mapping looks in the original: at the place within the slot; at the start of
   * the slot, which is wrong; at the right place, but not before the mapping's offset; at the right place.
   */
  readonly syncLooks: 'in the slot' | 'at the slot' | 'after the offset' | 'exactly';

  // ---- slots -----------------------------------------------------------------------------------------------
  /**
   * Slots are looked for at every stride of the pool's own index; at addresses whose bits are those of the original; or
   * at aligned addresses. See `search.ts`.
   */
  readonly search: 'by index' | 'like the original' | 'by address';
  /** Sizes that get page alignment. */
  readonly pageAligns: 'above a page' | 'from a page';
  /** A device may demand that low bits of the address stay (`min_align_mask`). */
  readonly hasMinAlignMask: boolean;
  /** A caller may demand alignment (`alloc_align_mask`). */
  readonly hasAllocAlignMask: boolean;
  /** Bits below the caller's alignment are not looked for in slot addresses. */
  readonly exemptsAllocAlign: boolean;
  /** The caller's alignment is kept by slots of padding before the mapping (`pad_slots`). */
  readonly hasPadSlots: boolean;
  /** Offset and size are rounded up together; before, the caller rounded the size and the offset came on top. */
  readonly roundsWithOffset: boolean;
  /** The largest mapping promised leaves room for `min_align_mask`. */
  readonly limitHeedsMinAlign: boolean;
  /** What unmap frees: as many slots as its argument says, or as were recorded at map. */
  readonly frees: 'by argument' | 'by record';
  /** Coherent memory of a restricted pool is aligned to its size, and checked to be a page. */
  readonly alignsCoherent: boolean;
}

interface Row {
  readonly release: readonly [major: number, minor: number];
  readonly source: string;
  readonly change: Partial<Omit<SwiotlbMechanics, 'release'>>;
}

/** lib/swiotlb.c as of 3.6; 3.0 differs in nothing that is told here. */
const OLDEST: SwiotlbMechanics = {
  release: '3.0',
  hasAreas: false,
  areasFollowSize: false,
  halvesWhenShort: false,
  panicsWithoutPool: true,
  hasRestrictedPools: false,
  growth: 'none',
  mapCopies: 'what the device reads',
  mapHonoursSkipSync: false,
  syncForDeviceCopies: 'what the device reads',
  checksSize: false,
  syncLooks: 'in the slot',
  search: 'by index',
  pageAligns: 'above a page',
  hasMinAlignMask: false,
  hasAllocAlignMask: false,
  exemptsAllocAlign: false,
  hasPadSlots: false,
  roundsWithOffset: false,
  limitHeedsMinAlign: false,
  frees: 'by argument',
  alignsCoherent: false,
};

const ROWS: readonly Row[] = [
  {
    release: [4, 10],
    source: '"swiotlb: Add support for DMA_ATTR_SKIP_CPU_SYNC"',
    change: { mapHonoursSkipSync: true },
  },
  // Committed in January 2017, while 4.10 was in its candidates; kernel/dma/swiotlb.c of 5.10.13 has it.
  { release: [4, 11], source: '602d9858f07c', change: { pageAligns: 'from a page' } },
  {
    release: [5, 12],
    source:
      '1f221a0d0dbf (min_align_mask), daf9514fd5eb (size), 16fc3cef33a0 (sync no longer adds the offset)',
    change: { hasMinAlignMask: true, checksSize: true, syncLooks: 'at the slot' },
  },
  {
    release: [5, 13],
    source: '2973073a80b4 (unmap without a size), 5f89468e2f06 (offset of a sync)',
    change: { frees: 'by record', syncLooks: 'after the offset' },
  },
  { release: [5, 15], source: 'f4111e39a52a', change: { hasRestrictedPools: true } },
  { release: [5, 16], source: 'e81e99bacc9f', change: { hasAllocAlignMask: true } },
  {
    release: [5, 17],
    source: 'aa6f8dcbab47, reworking ddbd89deb7d3',
    change: { mapCopies: 'all', mapHonoursSkipSync: false, syncForDeviceCopies: 'all' },
  },
  {
    release: [5, 18],
    source: 'bddac7c1e02b, 901c7280ca0d: the copy at map stays, that of a sync is again by direction',
    change: { syncForDeviceCopies: 'what the device reads' },
  },
  { release: [5, 19], source: '82806744fd7d', change: { limitHeedsMinAlign: true } },
  { release: [6, 0], source: '20347fca71a3', change: { hasAreas: true } },
  {
    release: [6, 1],
    // 639205ed206f (no panic) is of 6.1; halving and the exempted alignment came with 6.1.40 and later.
    source:
      'kernel/dma/swiotlb.c of 6.1.192: swiotlb_tbl_map_single, swiotlb_init_remap, swiotlb_do_find_slots',
    change: { panicsWithoutPool: false, halvesWhenShort: true, exemptsAllocAlign: true },
  },
  {
    release: [6, 2],
    source: '8d58aa484920; the fix of 6.1.192 is not in it',
    change: { exemptsAllocAlign: false },
  },
  {
    release: [6, 3],
    source: '7c3940bf81e5 (the search ends), 0eee5ae10256, bbb73a103fbb (alignment checks)',
    change: { search: 'like the original' },
  },
  { release: [6, 5], source: '8ac04063354a', change: { areasFollowSize: true } },
  { release: [6, 6], source: '79636caad361, 1aaa736815eb', change: { growth: 'pool by pool' } },
  { release: [6, 8], source: '55c543865b76', change: { growth: 'area by area' } },
  {
    release: [6, 9],
    source:
      '04867a7a3332, 51b30ecb73b4, 14cebf689a78 (search), 823353b7cf0e, cbf53074a528 (coherent), af133562d5af ' +
      '(padding), e8068f2d756d (sync)',
    change: {
      search: 'by address',
      exemptsAllocAlign: true,
      alignsCoherent: true,
      hasPadSlots: true,
      syncLooks: 'exactly',
    },
  },
  {
    release: [6, 10],
    source: '327e2c97c46a and what follows it; kernel/dma/swiotlb.c of 6.12.117 and of 6.18.8',
    change: { roundsWithOffset: true },
  },
];

interface Known {
  readonly release: Row['release'];
  readonly mechanics: SwiotlbMechanics;
}

/** Newest first. */
const known: readonly Known[] = accumulate();

function accumulate(): Known[] {
  const all: Known[] = [{ release: [3, 0], mechanics: OLDEST }];
  let mechanics = OLDEST;
  for (const row of ROWS) {
    mechanics = { ...mechanics, ...row.change, release: row.release.join('.') };
    all.unshift({ release: row.release, mechanics });
  }
  return all;
}

/**
 * The mechanics of a release: `6.12`, `v6.12`, `6.12.117`. A release newer than the last row has that row.
 *
 * @throws {RangeError} when the text is no release, or one before 3.0.
 */
export function swiotlbOf(release: string): SwiotlbMechanics {
  const parts = /^v?(\d+)\.(\d+)/.exec(release);
  if (parts === null) throw new RangeError(`not a kernel release: ${release}`);
  const major = Number(parts[1]);
  const minor = Number(parts[2]);
  for (const { release: first, mechanics } of known)
    if (major > first[0] || (major === first[0] && minor >= first[1])) return mechanics;
  throw new RangeError(`swiotlb before 3.0 is not known: ${release}`);
}

/** Where each row was read: release and source, oldest first. */
export const swiotlbSources: readonly { readonly release: string; readonly source: string }[] = [
  { release: OLDEST.release, source: 'lib/swiotlb.c of 3.6' },
  ...ROWS.map(({ release, source }) => ({ release: release.join('.'), source })),
];
