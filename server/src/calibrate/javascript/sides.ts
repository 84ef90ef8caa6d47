/** What two threads do with each other over shared memory: the main thread is the first side, a worker the second. */

export type PairName = 'ring-split-1' | 'ring-packed-1' | 'wake-round-trip';

/** Does as many operations as it is told, together with the other side. */
export type Side = (operations: number) => void;

/** The two sides of each pair, on memory that is all zeros before the first operation. */
export const pairs: Readonly<Record<PairName, (memory: SharedArrayBuffer) => readonly [Side, Side]>> = {
  'ring-split-1': splitRing,
  'ring-packed-1': packedRing,
  'wake-round-trip': wakeByTurns,
};

/** Bytes that every pair has enough in. */
export const PAIR_BYTES = 16_384;

const ENTRIES = 256;
/** Words of a descriptor: address in two, length, flags and the rest (virtio 1.2, 2.7.5 and 2.8.13). */
const WORDS = 4;
const BUFFER_BYTES = 1500;

/** The split virtqueue with one buffer outstanding: descriptors, the available ring behind them, the used ring apart. */
function splitRing(memory: SharedArrayBuffer): readonly [Side, Side] {
  const words = new Int32Array(memory);
  const available = ENTRIES * WORDS;
  const used = 2 * available;
  let added = 0;
  let seen = 0;
  const drive: Side = (buffers) => {
    for (let i = 0; i < buffers; i += 1) {
      const head = added % ENTRIES;
      words[head * WORDS] = i;
      words[head * WORDS + 2] = BUFFER_BYTES;
      words[head * WORDS + 3] = 0;
      words[available + 1 + head] = head;
      added += 1;
      Atomics.store(words, available, added);
      while (Atomics.load(words, used) !== added);
      if (words[used + 1 + 2 * head] !== head) throw new Error('a buffer came back as another');
    }
  };
  const serve: Side = (buffers) => {
    for (let i = 0; i < buffers; i += 1) {
      while (Atomics.load(words, available) === seen);
      const at = seen % ENTRIES;
      const head = words[available + 1 + at] ?? 0;
      words[used + 1 + 2 * at] = head;
      words[used + 2 + 2 * at] = words[head * WORDS + 2] ?? 0;
      seen += 1;
      Atomics.store(words, used, seen);
    }
  };
  return [drive, serve];
}

/** AVAIL and USED of virtio 1.2, 2.8.1; above them the buffer's id. */
const AVAIL = 1 << 7;
const USED = 1 << 15;

/** The packed virtqueue with one buffer outstanding. Length and flags are written in place. */
function packedRing(memory: SharedArrayBuffer): readonly [Side, Side] {
  const words = new Int32Array(memory);
  const turnsOver = (place: number): boolean => Math.floor(place / ENTRIES) % 2 === 0;
  let added = 0;
  let seen = 0;
  const drive: Side = (buffers) => {
    for (let i = 0; i < buffers; i += 1) {
      const at = (added % ENTRIES) * WORDS;
      const wraps = turnsOver(added);
      words[at] = i;
      words[at + 2] = BUFFER_BYTES;
      Atomics.store(words, at + 3, wraps ? AVAIL : USED);
      while (Atomics.load(words, at + 3) !== (wraps ? AVAIL | USED : 0));
      added += 1;
    }
  };
  const serve: Side = (buffers) => {
    for (let i = 0; i < buffers; i += 1) {
      const at = (seen % ENTRIES) * WORDS;
      const wraps = turnsOver(seen);
      while (Atomics.load(words, at + 3) !== (wraps ? AVAIL : USED));
      words[at + 2] = (words[at + 2] ?? 0) - 1;
      Atomics.store(words, at + 3, wraps ? AVAIL | USED : 0);
      seen += 1;
    }
  };
  return [drive, serve];
}

/** Each side sleeps until it is its turn. */
function wakeByTurns(memory: SharedArrayBuffer): readonly [Side, Side] {
  const turn = new Int32Array(memory);
  const pass = (to: number): void => {
    Atomics.store(turn, 0, to);
    Atomics.notify(turn, 0);
  };
  const sleepWhile = (whose: number): void => {
    while (Atomics.load(turn, 0) === whose) Atomics.wait(turn, 0, whose);
  };
  const first: Side = (turns) => {
    for (let i = 0; i < turns; i += 1) {
      pass(1);
      sleepWhile(1);
    }
  };
  const second: Side = (turns) => {
    for (let i = 0; i < turns; i += 1) {
      sleepWhile(0);
      pass(0);
    }
  };
  return [first, second];
}
