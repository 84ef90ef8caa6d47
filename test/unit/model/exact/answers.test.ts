/** Answers of the exact layer that can be worked out by hand. */
import { describe, expect, it } from 'vitest';
import {
  type ExactQuestion,
  exactCost,
  exactRange,
  exactRun,
  isExhaustedAt,
  layoutsOf,
  notifications,
  registerAccesses,
  slotsAt,
} from '../../../../server/src/model/exact/index.js';

const queue = { layout: 'split', size: 256, indirect: true, eventIdx: true } as const;
const bounced = { queue, pageSize: 4096, isBounced: true, maxMapping: 262144 };
const read: ExactQuestion = { ...bounced, device: 'blk', op: 'read', segments: [4096] };
const receive: ExactQuestion = { ...bounced, device: 'net', op: 'rx', segments: [1514] };
const pages = (count: number): number[] => Array.from({ length: count }, () => 4096);

describe('a disk', () => {
  it('maps header, payload, status and table, copies each to the device, and two of them back', () => {
    expect(exactCost(read)).toMatchObject({
      requests: 1,
      maps: 4,
      copiesToDevice: 4,
      bytesToDevice: 16 + 4096 + 1 + 48,
      copiesFromDevice: 2,
      bytesFromDevice: 4097,
      slots: 5,
      descriptors: 4,
      ringEntries: 1,
      tables: 1,
      maxInFlight: 256,
      slotsAtRest: 0,
      obstacle: null,
    });
  });

  it('maps no table without indirect descriptors, and holds a third of the requests', () => {
    const direct = exactCost({ ...read, queue: { ...queue, indirect: false } });
    expect(direct).toMatchObject({ maps: 3, slots: 4, ringEntries: 3, tables: 0, maxInFlight: 85 });
  });

  it('copies nothing where nothing is bounced, and maps nothing without the DMA API', () => {
    const none = { copiesToDevice: 0, bytesToDevice: 0, copiesFromDevice: 0, slots: 0 };
    expect(exactCost({ ...read, isBounced: false })).toMatchObject({ ...none, maps: 4 });
    expect(exactCost({ ...read, usesDmaApi: false })).toMatchObject({ ...none, maps: 0 });
  });

  it('copies in only what the device reads, before 5.17', () => {
    expect(exactCost({ ...read, release: 'v5.10' })).toMatchObject({ copiesToDevice: 2, bytesToDevice: 64 });
  });

  it('makes pieces of a large mapping, and requests of a large payload', () => {
    const whole = exactCost({ ...read, segments: [2 ** 20] });
    expect(whole).toMatchObject({ requests: 1, maps: 7, slots: 1 + 4 * 128 + 1 + 1 });
    const scattered = exactCost({ ...read, segments: pages(256) });
    expect(scattered).toMatchObject({ requests: 2, maps: 256 + 2 * 3 });
  });

  it('needs the slots of as many requests as ring and depth let be in flight', () => {
    expect(slotsAt(exactCost(read), 16)).toBe(80);
    expect(slotsAt(exactCost(read), 10_000)).toBe(256 * 5);
    expect(isExhaustedAt(exactCost(read), 16, 79)).toBe(true);
    expect(isExhaustedAt(exactCost(read), 16, 80)).toBe(false);
  });

  it('says why a request cannot be completed', () => {
    const tiny = { ...queue, size: 2, indirect: false };
    expect(exactCost({ ...read, queue: tiny }).obstacle).toBe('ring full');
    expect(exactCost({ ...read, segments: [300_000], maxMapping: Infinity }).obstacle).toBe('too large');
    expect(exactCost({ ...read, poolSlots: 4 }).obstacle).toBe('exhausted');
  });
});

describe('a network card', () => {
  it('receives into 1536 bytes, 2048 at the end of each 32 KiB, whatever a packet holds', () => {
    const cost = exactCost(receive);
    expect(cost.bytesToDevice).toBeCloseTo(32768 / 21, 9);
    expect(cost.bytesFromDevice).toBe(cost.bytesToDevice);
    expect(cost).toMatchObject({ maps: 1, slotsAtRest: 256, maxInFlight: 256, isPosted: true });
  });

  it('receives large packets into whole pages, which are of two slots each', () => {
    const cost = exactCost({ ...receive, segments: [65_549] });
    expect(cost).toMatchObject({ maps: 17, bytesFromDevice: 17 * 4096, slots: 34, requests: 1 });
    expect(cost.slotsAtRest).toBe(512);
    // Buffers follow the packets' average length: the ring fills with them.
    const run = exactRun(bouncedNet, [{ op: 'rx', segments: [65_549], count: 100, inFlight: 2 }]);
    expect(run.slotsAtRest).toBeGreaterThan(480);
  });

  it('has the last buffer of a fragment on two slots where pages are of 64 KiB', () => {
    // 42 buffers of a fragment of 65536 bytes; the last of 2560.
    expect(exactCost({ ...receive, pageSize: 65536 }).slotsAtRest).toBe(256 + Math.floor(256 / 42));
  });

  it('posts chains of 19 without mergeable buffers, each of 38 slots, and 64 KiB pages pin 578 each where a table goes with them', () => {
    const big = { ...receive, buffers: 'big' as const };
    expect(exactCost(big)).toMatchObject({ maps: 20, slots: 38, slotsAtRest: 256 * 38, ringEntries: 1 });
    expect(exactCost({ ...big, pageSize: 65536 }).slotsAtRest).toBe(256 * (1 + 18 * 32 + 1));
    const direct = exactCost({ ...big, queue: { ...queue, indirect: false } });
    expect(direct).toMatchObject({ maps: 19, maxInFlight: 13, slotsAtRest: 13 * 37 });
  });

  it('receives frames one by one into small buffers', () => {
    const small = exactCost({ ...receive, buffers: 'small', segments: [65_549] });
    expect(small).toMatchObject({ requests: 44, maps: 44, bytesFromDevice: 44 * 1530 });
  });

  it('sends no more packets than leave room for the largest', () => {
    expect(exactCost({ ...receive, op: 'tx' })).toMatchObject({
      maps: 1,
      bytesToDevice: 1526,
      maxInFlight: 238,
    });
  });
});

const bouncedNet = { ...bounced, device: 'net' as const };

describe('other devices', () => {
  it('list pages one by one: 9P before netfs, virtiofs', () => {
    const p9 = exactCost({ ...read, device: '9p', segments: [65536], release: 'v6.1' });
    expect(p9).toMatchObject({ requests: 1, maps: 2 + 16 + 1 });
    const byPage = exactCost({ ...read, device: '9p', segments: [65536] });
    expect(byPage).toMatchObject({ requests: 16, maps: 16 * 4 });
    const fs = exactCost({ ...read, device: 'fs', segments: [65536] });
    expect(fs).toMatchObject({ requests: 1, maps: 3 + 16 + 1, bytesFromDevice: 16 + 65536 });
  });

  it('map payload alone where they are emulated, and have their registers accessed', () => {
    const nvme: ExactQuestion = { ...read, device: 'emulated', maxMapping: 258048 };
    expect(exactCost(nvme)).toMatchObject({ requests: 1, maps: 1, bytesToDevice: 4096, slots: 2, tables: 0 });
    expect(registerAccesses(nvme, { count: 10, depth: 1 })).toEqual({
      reads: { least: 0, most: 0 },
      writes: { least: 20, most: 20 },
    });
    expect(registerAccesses({ ...nvme, controller: 'ahci' }, { count: 10, depth: 8 })).toEqual({
      reads: { least: 3, most: 30 },
      writes: { least: 4, most: 40 },
    });
    expect(registerAccesses(read, { count: 1, depth: 1 })).toBeNull();
  });
});

describe('kicks and interrupts', () => {
  it('are one each alone, and from one to one each in company', () => {
    const cost = exactCost(read);
    const alone = notifications(read, cost, { count: 32, depth: 1 });
    expect(alone).toEqual({ kicks: { least: 32, most: 32 }, interrupts: { least: 32, most: 32 } });
    const together = notifications(read, cost, { count: 32, depth: 4 });
    expect(together).toEqual({ kicks: { least: 1, most: 32 }, interrupts: { least: 1, most: 32 } });
  });

  it('are none for nothing', () => {
    const none = { least: 0, most: 0 };
    expect(notifications(read, exactCost(read), { count: 0, depth: 4 })).toEqual({
      kicks: none,
      interrupts: none,
    });
  });

  it('need not come for packets sent, and buffers posted again are announced once a refill', () => {
    const send: ExactQuestion = { ...receive, op: 'tx' };
    expect(notifications(send, exactCost(send), { count: 8, depth: 1 }).interrupts).toEqual({
      least: 0,
      most: 8,
    });
    const taken = notifications(receive, exactCost(receive), { count: 330, depth: 8 });
    expect(taken).toEqual({ kicks: { least: 0, most: 10 }, interrupts: { least: 1, most: 330 } });
  });
});

describe('a range', () => {
  it('lies between one contiguous piece and a piece a page', () => {
    const { few, many } = layoutsOf(2 ** 20, { pageSize: 4096, maxMapping: 262144, isAligned: true });
    expect([few.length, many.length]).toEqual([4, 256]);
    const range = exactRange({ ...read, segments: few }, { ...read, segments: many });
    expect(range.maps).toEqual({ least: 7, most: 262 });
    expect(range.slots).toEqual({ least: 515, most: 519 });
    expect(range.requests).toEqual({ least: 1, most: 2 });
  });

  it('has a piece more where the buffer begins within a page, and none for nothing', () => {
    const within = layoutsOf(8192, { pageSize: 4096, maxMapping: Infinity, isAligned: false });
    expect(within).toEqual({ few: [8192], many: [2048, 4096, 2048] });
    expect(layoutsOf(0, { pageSize: 4096, maxMapping: Infinity, isAligned: true })).toEqual({
      few: [],
      many: [],
    });
  });

  it('has its ends in order whichever layout costs more', () => {
    const few = { ...read, segments: [4096] };
    const many = { ...read, segments: [2048, 2048] };
    expect(exactRange(many, few)).toEqual(exactRange(few, many));
  });
});
