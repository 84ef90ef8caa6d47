/**
 * How long a session takes from an edit to its view, by kind of edit:
 * `node test/tools/run.mjs session-speed [--count N] [--version 6.12] [--file PATH] [--kind WORDS]`.
 * Wall time and processor time, median, 95th percentile and most, for typing in the two drivers that matter most; and the
 * memory held. Every edit is one key or one line, undone or carried on by the next.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSession, type Session } from '../../server/src/session/index.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60' },
    version: { type: 'string', default: '6.12' },
    file: { type: 'string' },
    kind: { type: 'string' },
  },
});
const tree = kernelTree(values.version as KernelVersion);
if (tree === null) process.exit(2);
const root: string = tree;
const count = Number(values.count);

/** Texts one after the other, each an edit of the one before. */
interface Typing {
  readonly kind: string;
  readonly file: string;
  readonly texts: (text: string) => Generator<string>;
}

/** Types `words` behind `place` letter by letter, and takes them back. */
function typed(kind: string, file: string, place: string | RegExp, words: string): Typing {
  return {
    kind,
    file,
    *texts(text) {
      const at = endOf(text, place);
      for (;;) {
        for (let length = 1; length <= words.length; length++)
          yield text.slice(0, at) + words.slice(0, length) + text.slice(at);
        for (let length = words.length - 1; length >= 0; length--)
          yield text.slice(0, at) + words.slice(0, length) + text.slice(at);
      }
    },
  };
}

/** Types at many places in turn. */
function typedAround(kind: string, file: string, pattern: RegExp, words: string): Typing {
  return {
    kind,
    file,
    *texts(text) {
      const places = [...text.matchAll(pattern)].map((found) => (found.index ?? 0) + found[0].length);
      for (let turn = 0; ; turn++) {
        const at = places[(turn * 37) % places.length] ?? 0;
        for (let length = 1; length <= words.length; length++)
          yield text.slice(0, at) + words.slice(0, length) + text.slice(at);
        yield text;
      }
    },
  };
}

function endOf(text: string, place: string | RegExp): number {
  if (typeof place === 'string') {
    const at = text.indexOf(place);
    if (at < 0) throw new Error(`no "${place}"`);
    return at + place.length;
  }
  const found = place.exec(text);
  if (found === null) throw new Error(`no ${place}`);
  return found.index + found[0].length;
}

const ring = 'drivers/virtio/virtio_ring.c';
const net = 'drivers/net/virtio_net.c';
const statement = /;\n(?=\t)/g;

const plans: readonly { readonly viewed: string; readonly typing: readonly Typing[] }[] = [
  {
    viewed: ring,
    typing: [
      typedAround('an identifier, in functions', ring, statement, '\tnumber_of_things'),
      typedAround('a call, in functions', ring, statement, '\tdo_it(vq, 1);'),
      typedAround('a comment, in functions', ring, statement, '\t/* why */'),
      typedAround('a new line, in functions', ring, statement, '\n'),
      typedAround('a new line, between functions', ring, /^\}\n/gm, '\n'),
      typed(
        'in virtqueue_add_split()',
        ring,
        /int virtqueue_add_split\([\s\S]*?\{\n[\s\S]*?;\n\n/,
        '\tif (head) break;',
      ),
      typed('in vring_map_one_sg()', ring, /int vring_map_one_sg\([\s\S]*?\{\n/, '\tif (sg == 0) return 0;'),
      typed(
        'a condition in vring_use_dma_api()',
        ring,
        /bool vring_use_dma_api\([\s\S]*?\{\n/,
        '\tif (xen) return 1;',
      ),
      typed(
        'virtio_features_ok() in virtio.c',
        'drivers/virtio/virtio.c',
        /int virtio_features_ok\([\s\S]*?\{\n[\s\S]*?\n\n/,
        '\tif (ret) return ret;',
      ),
      typed('a comment at the top', ring, 'SPDX-License-Identifier', ' and more'),
    ],
  },
  {
    viewed: net,
    typing: [
      typedAround('an identifier, in functions', net, statement, '\tnumber_of_things'),
      typedAround('a call, in functions', net, statement, '\tdo_it(vi, 1);'),
      typedAround('a comment, in functions', net, statement, '\t/* why */'),
      typedAround('a new line, in functions', net, statement, '\n'),
      typedAround('a new line, between functions', net, /^\}\n/gm, '\n'),
      typed(
        'in virtnet_probe()',
        net,
        /int virtnet_probe\([\s\S]*?\{\n[\s\S]*?;\n\n/,
        '\tif (err) return err;',
      ),
      typed('in add_recvbuf_small()', net, /int add_recvbuf_small\([\s\S]*?\{\n[\s\S]*?;\n\n/, '\tlen += 1;'),
      typed(
        'in virtnet_send_command_reply()',
        net,
        /bool virtnet_send_command_reply\([\s\S]*?\{\n[\s\S]*?;\n\n/,
        '\tif (out) return 1;',
      ),
      typed(
        "a field's initialiser",
        net,
        /struct virtio_driver virtio_net_driver = \{[\s\S]*?\.probe =\t*/,
        'other_',
      ),
      typed('a field of struct virtnet_info', net, /struct virtnet_info \{\n/, '\tint more;\n'),
    ],
  },
];

const atStart = process.memoryUsage().rss;
for (const { viewed, typing } of plans) {
  if (values.file !== undefined && values.file !== viewed) continue;
  const session = await openSession({ root, cacheDir: null, rules: new Map() });
  for (const { file } of typing) session.edit(file, read(file));
  const begun = performance.now();
  await session.view([viewed]);
  console.log(`${viewed}: first view ${(performance.now() - begun).toFixed(0)} ms`);
  for (const one of typing) {
    if (values.kind !== undefined && !one.kind.includes(values.kind)) continue;
    await measure(session, viewed, one);
  }
  session.dispose();
}
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
console.log(
  `memory: ${mebibytes(atStart)} MiB at the start, ${mebibytes(process.memoryUsage().rss)} MiB in the end`,
);

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

async function measure(session: Session, viewed: string, { kind, file, texts }: Typing): Promise<void> {
  const wall: number[] = [];
  const processor: number[] = [];
  const text = read(file);
  let number = 0;
  for (const edited of texts(text)) {
    const before = process.cpuUsage();
    const begun = performance.now();
    session.edit(file, edited);
    await session.view([viewed]);
    const took = performance.now() - begun;
    const { user, system } = process.cpuUsage(before);
    number += 1;
    // The first few warm the compiler.
    if (number > 5) {
      wall.push(took);
      processor.push((user + system) / 1000);
    }
    if (number === count + 5) break;
  }
  session.edit(file, text);
  await session.view([viewed]);
  console.log(`  ${kind.padEnd(36)} wall ${figures(wall)}   processor ${figures(processor)}`);
}

function figures(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1).padStart(6);
  return `${at(0.5)} ${at(0.95)} ${at(1)}`;
}
