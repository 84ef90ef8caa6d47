/** What the exact layer says of rows beyond their counts: what does not fit, who wakes whom, and requests by their shape. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DriverFacts, shapesOf } from '../../server/src/model/driver/shapes.js';
import {
  type ExactQuestion,
  exactCost,
  exactRun,
  isExhaustedAt,
  layoutsOf,
  notifications,
} from '../../server/src/model/exact/index.js';
import type { DeviceClass, RequestSpec } from '../../server/src/model/scenario.js';
import { settingOf } from '../../server/src/validation/kernel-counts/exact-answer.js';
import { nameOf, type Row, rowsOf, type Shape } from '../../server/src/validation/kernel-counts/row.js';
import { isStarved, settingsOf } from '../../server/src/validation/kernel-counts/scenario.js';
import { checkoutRoot } from '../support/tracked-files.js';
import { releases } from './boots.js';

const fileOf = (release: string): string => join(checkoutRoot, 'server', 'data', `kernel-${release}.tsv`);
const rows = releases.flatMap((release) =>
  existsSync(fileOf(release)) ? rowsOf(readFileSync(fileOf(release), 'utf8')) : [],
);

const disks: ReadonlyMap<string, DeviceClass> = new Map([
  ['virtio-blk-pci', 'blk'],
  ['virtio-scsi-pci', 'scsi'],
]);

const isTransfer = (row: Row): row is Row & { op: 'read' | 'write' } =>
  (row.op === 'read' || row.op === 'write') && row.blockBytes > 0;

/** A call of the generator, its buffer contiguous or each page by itself. */
function questionsOf(row: Row & { op: 'read' | 'write' }, device: DeviceClass): readonly ExactQuestion[] {
  const setting = settingOf(settingsOf(row, device));
  const { few, many } = layoutsOf(row.blockBytes, { ...setting, isAligned: true });
  return [few, many].map((segments) => ({ ...setting, op: row.op, segments }));
}

describe('a pool that is too small', () => {
  const transfers = rows.filter((row) => disks.has(row.device) && isTransfer(row) && row.toDevice.count > 0);
  const judge = (row: Row): boolean[] =>
    isTransfer(row)
      ? questionsOf(row, disks.get(row.device) ?? 'blk').map((question) =>
          isExhaustedAt(exactCost(question), row.jobs, row.poolSlots),
        )
      : [];

  it('is told of every disk row in which requests were put back, however the buffer lay', () => {
    const starved = transfers.filter(isStarved);
    expect(starved.length).toBeGreaterThan(5);
    for (const row of starved) expect(judge(row), nameOf(row)).toEqual([true, true]);
  });

  it('is told of no row whose pool has room for everything at once', () => {
    const roomy = transfers.filter((row) => !isStarved(row) && row.poolSlots === 32768);
    expect(roomy.length).toBeGreaterThan(100);
    for (const row of roomy) expect(judge(row), nameOf(row)).toEqual([false, false]);
  });

  it('is told of every link that receive buffers leave no slot to send with, and of no other', () => {
    const pings = rows.filter(
      (row) => row.op === 'ping' && row.bounced.count > 0 && row.options.length === 0,
    );
    const isDead = (row: Row): boolean => row.toDevice.count === 0;
    expect(pings.filter(isDead).length).toBeGreaterThan(5);
    for (const row of pings) {
      const setting = settingOf(settingsOf(row, 'net'));
      const { slotsAtRest } = exactCost({ ...setting, op: 'rx', segments: [64] });
      expect(slotsAtRest + 1 > row.poolSlots, nameOf(row)).toBe(isDead(row));
    }
  });
});

describe('kicks and interrupts', () => {
  const transfers = rows.filter(
    (row) => disks.has(row.device) && isTransfer(row) && row.requests !== null && !isStarved(row),
  );

  it('of disks are within the bounds, and one each a request where one is in flight', () => {
    expect(transfers.length).toBeGreaterThan(300);
    for (const row of transfers) {
      if (!isTransfer(row)) continue;
      const [few, many] = questionsOf(row, disks.get(row.device) ?? 'blk');
      if (few === undefined || many === undefined) continue;
      const load = { count: row.count * row.jobs, depth: row.jobs };
      const atLeast = notifications(few, exactCost(few), load);
      const atMost = notifications(many, exactCost(many), load);
      expect(row.kicks, nameOf(row)).toBeGreaterThanOrEqual(atLeast.kicks.least);
      expect(row.kicks, nameOf(row)).toBeLessThanOrEqual(atMost.kicks.most);
      expect(row.interrupts, nameOf(row)).toBeGreaterThanOrEqual(atLeast.interrupts.least);
      expect(row.interrupts, nameOf(row)).toBeLessThanOrEqual(atMost.interrupts.most);
    }
    const alone = transfers.filter((row) => row.jobs === 1 && row.requests === row.count);
    expect(alone.length).toBeGreaterThan(100);
    for (const row of alone) expect([row.kicks, row.interrupts], nameOf(row)).toEqual([row.count, row.count]);
  });

  it('of pings, one packet each way at a time, are those of both queues', () => {
    const pings = rows.filter(
      (row) => row.op === 'ping' && !isStarved(row) && row.blockBytes < 1472 && row.toDevice.count > 0,
    );
    expect(pings.length).toBeGreaterThan(40);
    for (const row of pings) {
      const setting = settingOf(settingsOf(row, 'net'));
      const load = { count: row.count, depth: 1 };
      const of = (op: 'tx' | 'rx') => {
        const question = { ...setting, op, segments: [row.blockBytes + 42] };
        return notifications(question, exactCost(question), load);
      };
      const [sent, received] = [of('tx'), of('rx')];
      // Neighbour discovery beside the pings: a packet or two.
      const beside = 4;
      expect(row.kicks, nameOf(row)).toBeGreaterThanOrEqual(sent.kicks.least);
      expect(row.kicks, nameOf(row)).toBeLessThanOrEqual(sent.kicks.most + received.kicks.most + beside);
      // A device that sleeps between packets interrupts for each that it gives.
      expect(row.interrupts, nameOf(row)).toBeGreaterThanOrEqual(
        sent.interrupts.least + received.interrupts.least,
      );
      expect(row.interrupts, nameOf(row)).toBeLessThanOrEqual(
        sent.interrupts.most + received.interrupts.most + beside,
      );
    }
  });
});

/** A request of the model in the words of a row. */
function texts(facts: DriverFacts, op: 'read' | 'write', segments: readonly number[]): string[] {
  return shapesOf(facts, { op, segments }).map((pieces) =>
    pieces.map(({ bytes, deviceWrites }) => `${bytes}${deviceWrites ? '<' : '>'}`).join(),
  );
}

/** The mappings of a logged request, without its indirect table, which has no direction for the device. */
function logged({ mappings }: Shape, isIndirect: boolean): string {
  const own = isIndirect && mappings.length > 1 ? mappings.slice(0, -1) : mappings;
  return own.map(({ bytes, direction }) => `${bytes}${direction}`).join();
}

function factsOf(row: Row, device: DeviceClass): DriverFacts {
  return {
    device,
    pageSize: 4096,
    queueSize: 128,
    maxMapping: 262144,
    release: row.kernel.startsWith('6.1.') ? 'v6.1' : 'v6.12',
    receiveBuffers: 'mergeable',
    mtu: null,
    controller: null,
  };
}

/** How often each text comes. */
function tally(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of list) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

describe('requests by their shape', () => {
  it('of 9P: every message with data is logged as often as the model makes it', () => {
    const files = rows.filter(
      (row) => row.device === 'virtio-9p-pci' && isTransfer(row) && row.shapes !== null,
    );
    expect(files.length).toBeGreaterThan(20);
    for (const row of files) {
      if (!isTransfer(row)) continue;
      const seen = new Map<string, number>();
      for (const shape of row.shapes ?? []) {
        const text = logged(shape, row.isIndirect);
        seen.set(text, (seen.get(text) ?? 0) + shape.count);
      }
      const made = texts(factsOf(row, '9p'), row.op, [row.blockBytes]);
      for (const [text, count] of tally(made))
        expect(seen.get(text), `${nameOf(row)}: ${text}`).toBe(count * row.count);
    }
  });

  it('of a display: a question with its answer, and a command with its data', () => {
    const probe = rows.find((row) => row.device === 'virtio-gpu-pci' && row.shapes !== null);
    expect(probe).toBeDefined();
    const seen = (probe?.shapes ?? []).map((shape) => logged(shape, true));
    const facts = factsOf(probe!, 'gpu');
    // VIRTIO_GPU_CMD_GET_EDID, whose answer holds 1032 bytes behind its header.
    expect(seen).toContain(texts(facts, 'read', [1032])[0]);
    // VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING with 655 entries of 16 bytes.
    expect(seen).toContain(texts(facts, 'write', [655 * 16])[0]);
  });

  it('of entropy: 64 bytes at a time', () => {
    const reads = rows.filter((row) => row.device === 'virtio-rng-pci' && isTransfer(row));
    expect(reads.length).toBe(6);
    for (const row of reads) {
      const made = texts(factsOf(row, 'rng'), 'read', [row.blockBytes * row.count]).length;
      // The driver asks for more as soon as it has given away what it had.
      expect(row.fromDevice.count - made, nameOf(row)).toBeGreaterThanOrEqual(0);
      expect(row.fromDevice.count - made, nameOf(row)).toBeLessThanOrEqual(1);
    }
  });

  it('of a console port: writes as they were, up to 32 KiB', () => {
    const writes = rows.filter(
      (row) => row.device === 'virtio-serial-pci' && row.op === 'write' && row.shapes !== null,
    );
    expect(writes.length).toBeGreaterThan(4);
    for (const row of writes) {
      const [text] = texts(factsOf(row, 'console'), 'write', [row.blockBytes]);
      const found = (row.shapes ?? []).find((shape) => logged(shape, row.isIndirect) === text);
      expect(found?.count, nameOf(row)).toBe(row.count);
    }
  });
});

describe('receive buffers that follow the packets', () => {
  const isJumbo = (row: Row): boolean => row.op === 'ping' && row.blockBytes === 8000;
  const ofRelease = (release: string): Row[] =>
    rows.filter((row) => isJumbo(row) && row.kernel.startsWith(`${release}.`));

  /** Ethernet, IPv4 and ICMP headers before a ping's data; each is answered before the next is sent. */
  const pingsOf = ({ blockBytes, count }: Row): RequestSpec[] =>
    Array.from({ length: count }, () => [
      { op: 'tx' as const, segments: [blockBytes + 42], count: 1 },
      { op: 'rx' as const, segments: [blockBytes + 42], count: 1 },
    ]).flat();

  /** Packets sent beside the pings, by their mappings. */
  const besideOf = (row: Row): RequestSpec[] =>
    (row.shapes ?? [])
      .filter(({ via, mappings }) => via === 'outbuf' && mappings[0]?.bytes !== row.blockBytes + 42 + 12)
      .map(({ mappings, count }) => ({ op: 'tx', segments: [(mappings[0]?.bytes ?? 12) - 12], count }));

  /** Copies and bytes each way, and slots kept, of a row and of what runs do beyond each other. */
  const kernel = (row: Row): number[] => [
    ...[row.toDevice.count, row.toDevice.bytes, row.fromDevice.count, row.fromDevice.bytes],
    (row.usedAfter ?? 0) - (row.usedBefore ?? 0),
  ];
  const between = (before: ReturnType<typeof exactRun>, after: ReturnType<typeof exactRun>): number[] => [
    ...[after.copiesToDevice - before.copiesToDevice, after.bytesToDevice - before.bytesToDevice],
    ...[after.copiesFromDevice - before.copiesFromDevice, after.bytesFromDevice - before.bytesFromDevice],
    after.slotsAtRest - before.slotsAtRest,
  ];

  it.each(releases)(
    'of Linux %s: two rows one after the other, from one of the states the first may have begun in',
    (release) => {
      const [first, second] = ofRelease(release);
      expect(second).toBeDefined();
      if (first === undefined || second === undefined) return;
      const setting = settingOf(settingsOf(first, 'net'));
      const wanted = [kernel(first), kernel(second)];
      const free = first.rxRing - (first.usedBefore ?? 0);
      const found: string[] = [];
      // What was received before: so many packets, of the length that stands for the average of theirs.
      for (let average = 42; average <= 150; average += 1)
        for (let refills = 0; refills < 7; refills += 1) {
          const start: RequestSpec[] = [{ op: 'rx', segments: [average], count: free + 33 * refills }];
          const middle = [...start, ...besideOf(first), ...pingsOf(first)];
          const [a, b] = [exactRun(setting, start), exactRun(setting, middle)];
          if (`${between(a, b)}` !== `${wanted[0]}`) continue;
          const c = exactRun(setting, [...middle, ...besideOf(second), ...pingsOf(second)]);
          if (`${between(b, c)}` === `${wanted[1]}`) found.push(`${average} bytes, ${refills} refills`);
        }
      expect(found).not.toEqual([]);
      // Pages are of two slots each, so the ring comes to hold more slots than it has buffers.
      expect(second.usedAfter).toBeGreaterThan(first.rxRing);
    },
  );
});
