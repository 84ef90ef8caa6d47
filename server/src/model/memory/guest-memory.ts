/**
 * A guest's memory as the machine has it: real bytes, pages that are private or shared, and the two ways of looking at
 * them: the guest's own, and that of a device outside it.
 */
import type { Sight } from '../scenario.js';
import type { Trace } from '../trace.js';

/** `leaked`: a conversion failed, nobody knows which it is, and it may never be used again. */
export type PageState = 'private' | 'shared' | 'converting' | 'leaked';

/** What a device outside the guest gets of a private page. `open`: this guest's memory is not protected at all. */
export type PrivateAccess = 'open' | 'ciphertext' | 'fault' | 'stale-alias';

/** What becomes of a page's content when its protection changes. */
export type ConvertedContent = 'kept' | 'zeroed' | 'destroyed';

export interface Protection {
  readonly deviceReads: PrivateAccess;
  readonly content: ConvertedContent;
  /** Conversions can fail (the hypervisor may refuse); the page is then leaked. */
  readonly canFail: boolean;
}

export interface HostView {
  readonly sight: Sight;
  /** What was read; empty after a fault. */
  readonly bytes: Uint8Array;
}

/** Storage is by blocks of this many bytes, whatever the page size. */
const BLOCK = 4096;

const noBytes = new Uint8Array(0);

/** Blocks that were given back, for the next machine: most runs last microseconds. */
const spare: Uint8Array[] = [];
const MAX_SPARE = 4096;

/** Ranges of this many pages and more are kept as ranges. */
const RANGE_PAGES = 64;

const neverFails = (): boolean => false;

export interface GuestMemoryOptions {
  /** Bytes; a power of two from 4096. */
  readonly pageSize: number;
  /** Bytes of memory the guest has; addresses beyond it lead nowhere. */
  readonly size: number;
  readonly protection: Protection;
  readonly trace: Trace;
  /** True: the conversion with this ordinal (from 0) fails. Only asked where the platform's conversions can fail. */
  readonly failsConversion?: (ordinal: number) => boolean;
}

export class GuestMemory {
  readonly pageSize: number;
  readonly size: number;
  /** Pages whose protection was changed so far. */
  conversions = 0;
  private readonly protection: Protection;
  private readonly trace: Trace;
  private readonly failsConversion: (ordinal: number) => boolean;
  private readonly blocks = new Map<number, Uint8Array>();
  /** What the host has under the address of a private page, where that is other memory. */
  private readonly aliases = new Map<number, Uint8Array>();
  /** Pages whose state is known one by one; all others are private, or in a shared range. */
  private readonly states = new Map<number, PageState>();
  /** Large shared ranges, as pairs of first and last page: a pool has too many pages to list each. */
  private readonly sharedRanges: { readonly first: number; readonly last: number }[] = [];
  private readonly freed = new Map<number, number[]>();
  private next: number;
  private attempts = 0;

  constructor(options: GuestMemoryOptions) {
    this.pageSize = options.pageSize;
    this.size = options.size;
    this.protection = options.protection;
    this.trace = options.trace;
    this.failsConversion = options.failsConversion ?? neverFails;
    // The first MiB is left alone: an address of 0 is never memory the driver was given.
    this.next = Math.max(1 << 20, options.pageSize);
  }

  /** True where a device sees only what was shared. */
  get isProtected(): boolean {
    return this.protection.deviceReads !== 'open';
  }

  // ---- pages -----------------------------------------------------------------------------------------------

  /** Physically contiguous pages that hold `bytes`, zeroed and private; -1 when the guest has no more. */
  allocate(bytes: number): number {
    const pages = Math.ceil(bytes / this.pageSize);
    const again = this.freed.get(pages)?.pop();
    if (again !== undefined) {
      this.zero(again, pages * this.pageSize);
      return again;
    }
    const address = this.next;
    if (address + pages * this.pageSize > this.size) return -1;
    this.next += pages * this.pageSize;
    return address;
  }

  /** @throws {Error} when a page is not private: a page that the host can see must not go back to the allocator. */
  free(address: number, bytes: number): void {
    const pages = Math.ceil(bytes / this.pageSize);
    for (let i = 0; i < pages; i += 1) {
      const state = this.stateOf(address + i * this.pageSize);
      if (state !== 'private')
        throw new Error(`page ${hex(address + i * this.pageSize)} freed while ${state}`);
    }
    const list = this.freed.get(pages);
    if (list === undefined) this.freed.set(pages, [address]);
    else list.push(address);
  }

  stateOf(address: number): PageState {
    return this.stateOfPage(Math.floor(address / this.pageSize));
  }

  private stateOfPage(page: number): PageState {
    const state = this.states.get(page);
    return state ?? (this.isInSharedRange(page) ? 'shared' : 'private');
  }

  private isInSharedRange(page: number): boolean {
    for (const range of this.sharedRanges) if (page >= range.first && page <= range.last) return true;
    return false;
  }

  /** Pages in a state other than private. */
  pagesIn(state: Exclude<PageState, 'private'>): number {
    let n = 0;
    for (const s of this.states.values()) if (s === state) n += 1;
    if (state !== 'shared') return n;
    for (const { first, last } of this.sharedRanges) n += last - first + 1;
    for (const page of this.states.keys()) if (this.isInSharedRange(page)) n -= 1;
    return n;
  }

  /** Makes the pages of a range visible to devices. False: the platform refused one; all of the range is leaked. */
  share(address: number, bytes: number): boolean {
    const first = Math.floor(address / this.pageSize);
    const last = Math.floor((address + Math.max(bytes, 1) - 1) / this.pageSize);
    const mayFail = this.protection.canFail && this.failsConversion !== neverFails;
    if (!this.isProtected || last - first < RANGE_PAGES || mayFail || this.isTouched(first, last))
      return this.convert(address, bytes, 'shared');
    this.sharedRanges.push({ first, last });
    this.conversions += last - first + 1;
    this.trace.step('platform', 'pages shared', first * this.pageSize, (last - first + 1) * this.pageSize);
    return true;
  }

  /** Whether something is known of a page of the range beyond "private and never written". */
  private isTouched(first: number, last: number): boolean {
    const touches = (page: number): boolean => page >= first && page <= last;
    for (const page of this.states.keys()) if (touches(page)) return true;
    for (const block of this.blocks.keys())
      if (touches(Math.floor((block * BLOCK) / this.pageSize))) return true;
    return this.sharedRanges.some((range) => range.first <= last && range.last >= first);
  }

  /** Takes the pages of a range back. False: the platform refused one; all of the range is leaked. */
  unshare(address: number, bytes: number): boolean {
    return this.convert(address, bytes, 'private');
  }

  private convert(address: number, bytes: number, to: 'private' | 'shared'): boolean {
    if (!this.isProtected) return true;
    const first = Math.floor(address / this.pageSize);
    const last = Math.floor((address + Math.max(bytes, 1) - 1) / this.pageSize);
    const what = to === 'shared' ? 'page shared' : 'page made private';
    for (let page = first; page <= last; page += 1) {
      if (this.stateOfPage(page) === to) continue;
      this.states.set(page, 'converting');
      const fails = this.protection.canFail && this.failsConversion(this.attempts);
      this.attempts += 1;
      if (fails) {
        this.trace.step('platform', 'conversion refused', page * this.pageSize, this.pageSize);
        for (let p = first; p <= last; p += 1) this.states.set(p, 'leaked');
        return false;
      }
      this.changeContent(page);
      // Back to what the page is by itself: nothing more need be known of it.
      if ((to === 'shared') === this.isInSharedRange(page)) this.states.delete(page);
      else this.states.set(page, to);
      this.conversions += 1;
      this.trace.step('platform', what, page * this.pageSize, this.pageSize);
    }
    return true;
  }

  private changeContent(page: number): void {
    if (this.protection.content === 'kept') return;
    const start = page * this.pageSize;
    for (let at = start; at < start + this.pageSize; at += BLOCK) {
      const block = this.blocks.get(at / BLOCK);
      if (block === undefined) continue;
      if (this.protection.content === 'zeroed') block.fill(0);
      else for (let i = 0; i < BLOCK; i += 1) block[i] = (block[i] ?? 0) ^ keyByte(at + i);
    }
  }

  // ---- the guest's view ------------------------------------------------------------------------------------

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.eachPart(address, length, (block, at, from, n) => {
      bytes.set(this.peek(block).subarray(at, at + n), from);
    });
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    this.eachPart(address, bytes.length, (block, at, from, n) => {
      this.block(block).set(bytes.subarray(from, from + n), at);
    });
  }

  copy(to: number, from: number, length: number): void {
    let done = 0;
    while (done < length) {
      const at = (from + done) % BLOCK;
      const n = Math.min(length - done, BLOCK - at);
      const block = this.peek(Math.floor((from + done) / BLOCK));
      this.write(to + done, block.subarray(at, at + n));
      done += n;
    }
  }

  zero(address: number, length: number): void {
    this.eachPart(address, length, (block, at, _from, n) => {
      this.blocks.get(block)?.fill(0, at, at + n);
    });
  }

  readNumber(address: number, bytes: 2 | 4 | 8): number {
    const at = address % BLOCK;
    if (at + bytes > BLOCK) return numberOf(this.read(address, bytes), 0, bytes);
    return numberOf(this.peek(Math.floor(address / BLOCK)), at, bytes);
  }

  /** Little endian, as the modern ring is. */
  writeNumber(address: number, value: number, bytes: 2 | 4 | 8): void {
    const at = address % BLOCK;
    if (at + bytes > BLOCK) {
      const buffer = new Uint8Array(bytes);
      putNumber(buffer, 0, value, bytes);
      this.write(address, buffer);
      return;
    }
    putNumber(this.block(Math.floor(address / BLOCK)), at, value, bytes);
  }

  // ---- a device's view -------------------------------------------------------------------------------------

  /** What a device gets of guest-physical memory. The sight of a range is that of its first page that is not plain. */
  hostRead(address: number, length: number): HostView {
    if (address < 0 || address + length > this.size) return { sight: 'wrong-address', bytes: noBytes };
    const sight = this.sightOf(address, length);
    switch (sight) {
      case 'plain':
        return { sight, bytes: this.read(address, length) };
      case 'fault':
        return { sight, bytes: noBytes };
      default:
        return { sight, bytes: this.readThrough(address, length) };
    }
  }

  /** A device's write. Into a private page it changes what the platform lets it change, which is never what was meant. */
  hostWrite(address: number, bytes: Uint8Array): Sight {
    if (address < 0 || address + bytes.length > this.size) return 'wrong-address';
    const sight = this.sightOf(address, bytes.length);
    if (sight === 'plain') this.write(address, bytes);
    else if (sight === 'ciphertext')
      this.write(
        address,
        bytes.map((b, i) => b ^ keyByte(address + i)),
      );
    else if (sight === 'stale-alias') this.writeAlias(address, bytes);
    return sight;
  }

  private sightOf(address: number, length: number): Sight {
    const access = this.protection.deviceReads;
    if (access === 'open') return 'plain';
    const first = Math.floor(address / this.pageSize);
    const last = Math.floor((address + Math.max(length, 1) - 1) / this.pageSize);
    for (let page = first; page <= last; page += 1) {
      if (this.stateOfPage(page) !== 'shared') return access;
    }
    return 'plain';
  }

  private readThrough(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const isStale = this.protection.deviceReads === 'stale-alias';
    for (let i = 0; i < length; i += 1) {
      const at = address + i;
      const isShared = this.stateOfPage(Math.floor(at / this.pageSize)) === 'shared';
      const source = isShared || !isStale ? this.blocks : this.aliases;
      const byte = source.get(Math.floor(at / BLOCK))?.[at % BLOCK] ?? 0;
      bytes[i] = isShared || isStale ? byte : byte ^ keyByte(at);
    }
    return bytes;
  }

  private writeAlias(address: number, bytes: Uint8Array): void {
    this.eachPart(address, bytes.length, (block, at, from, n) => {
      const alias = this.aliases.get(block) ?? new Uint8Array(BLOCK);
      this.aliases.set(block, alias);
      alias.set(bytes.subarray(from, from + n), at);
    });
  }

  // ---- storage ---------------------------------------------------------------------------------------------

  /** Gives the storage to the next machine. The memory must not be used afterwards. */
  release(): void {
    for (const block of this.blocks.values()) if (spare.length < MAX_SPARE) spare.push(block);
    this.blocks.clear();
  }

  private peek(index: number): Uint8Array {
    return this.blocks.get(index) ?? zeroBlock;
  }

  private block(index: number): Uint8Array {
    let block = this.blocks.get(index);
    if (block === undefined) {
      block = spare.pop()?.fill(0) ?? new Uint8Array(BLOCK);
      this.blocks.set(index, block);
    }
    return block;
  }

  private eachPart(
    address: number,
    length: number,
    visit: (block: number, at: number, from: number, n: number) => void,
  ): void {
    let done = 0;
    while (done < length) {
      const at = (address + done) % BLOCK;
      const n = Math.min(length - done, BLOCK - at);
      visit(Math.floor((address + done) / BLOCK), at, done, n);
      done += n;
    }
  }
}

const zeroBlock = new Uint8Array(BLOCK);

/**
 * A stand-in for the guest's memory key: what the host sees of a byte differs from it, and from address to address, as
 * with an address-tweaked cipher. Never 0, so that ciphertext is never plain.
 */
function keyByte(address: number): number {
  const mixed = Math.imul((address ^ 0x5bd1e995) | 0, 0x9e3779b1) >>> 24;
  return mixed | 1;
}

function numberOf(bytes: Uint8Array, at: number, width: 2 | 4 | 8): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function putNumber(bytes: Uint8Array, at: number, value: number, width: 2 | 4 | 8): void {
  let rest = value;
  for (let i = 0; i < width; i += 1) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
