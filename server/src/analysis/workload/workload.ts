/** What a driver's code says of the buffers it adds to a virtqueue: plain data, each fact with the place it stands at. */
import type { DeviceClass } from '../../model/index.js';
import type { Range } from '../../text/span.js';

/** Both ends belong to it; `most` is null where the code sets no bound. */
export interface Bounds {
  readonly least: number;
  readonly most: number | null;
}

/** Where something was read from the code. */
export interface Evidence {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** What stands there: source text on one line. */
  readonly text: string;
}

/** As the device sees it: `out` it reads, `in` it writes. */
export type Direction = 'out' | 'in';

/**
 * What bounds the bytes of one segment: a number of the code's, the size limit of the DMA API or of the block layer, the page
 * a segment lies in. `none`: segments are as long as whoever calls makes them.
 */
export type SegmentBound = 'constant' | 'mapping limit' | 'block layer' | 'page' | 'unknown' | 'none';

/**
 * `allocated`: one piece of memory, as large as is asked for; `joined`: entries made longer by what lies behind them; `block
 * limit`: the driver allows the block layer such segments.
 */
export interface Growth {
  readonly how: 'allocated' | 'joined' | 'block limit';
  readonly at: Evidence;
}

/** Scatterlist entries that mean one thing: a header, the data, a status byte. */
export interface Piece {
  readonly direction: Direction;
  /** The scatterlist, as written. One list in two directions is one or the other: a read or a write. */
  readonly list: string;
  /** The buffer, as written; '' where it comes from code that is not seen. */
  readonly buffer: string;
  /** Of one segment. */
  readonly bytes: Bounds;
  /** Entries of the list; each is one mapping. */
  readonly segments: Bounds;
  readonly boundedBy: SegmentBound;
  /** Who gives its entries their DMA address. */
  readonly mappedBy: 'ring' | 'driver' | 'either';
  /** Why a segment can be longer than the largest bounce mapping: present with `none`. */
  readonly grows?: Growth;
  readonly evidence: readonly Evidence[];
}

/** Whether buffers wait in the ring for the device, and how many. */
export type Posting =
  | { readonly kind: 'per request' }
  /** `entries`: one buffer for each entry of the ring, or a number the code sets. */
  | {
      readonly kind: 'ahead';
      readonly entries: 'ring' | Bounds;
      /** Queues filled in this way. */
      readonly queues: Bounds;
      readonly evidence: readonly Evidence[];
    };

/**
 * Who maps: `ring` per request by the ring core; `driver` hands over addresses it mapped itself; `either` as the driver
 * chooses at run time; `none`: the driver gives ACCESS_PLATFORM up, so nothing is mapped by the DMA API.
 */
export type Mapper = 'ring' | 'driver' | 'either' | 'none';

export interface Mapping {
  readonly by: Mapper;
  readonly evidence: readonly Evidence[];
}

/** What the driver makes of a buffer the device has written. */
export interface Payload {
  /** Bytes it looks at, at most. */
  readonly most: number;
  readonly evidence: Evidence;
}

/** One way buffers reach a virtqueue. */
export interface Workload {
  /** Stable from version to version: from file, functions, call and ordinal; never the line. */
  readonly id: string;
  readonly deviceClass: DeviceClass | null;
  readonly file: string;
  /** The function that adds the buffer. */
  readonly function: string;
  readonly range: Range;
  /** `virtqueue_add_sgs`, ... */
  readonly call: string;
  /** Where the buffer's pieces were put together, when not in that function: the function, outermost last. */
  readonly via: readonly Evidence[];
  /** The queue, as written. */
  readonly queue: string;
  readonly pieces: readonly Piece[];
  readonly posting: Posting;
  readonly mapping: Mapping;
  /** Descriptors of the longest and the shortest chain, an indirect table not used. */
  readonly descriptors: Bounds;
  /** More than one descriptor can be needed: the core then uses an indirect table where INDIRECT_DESC is negotiated. */
  readonly mayUseIndirect: boolean;
  /** Entries of the ring, where the code makes it; null: the device says. */
  readonly ringEntries: Bounds | null;
  /** Of buffers the device writes: what the driver reads of them, where its code sets a bound. */
  readonly payload: Payload | null;
}
