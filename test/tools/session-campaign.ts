/**
 * Whether a session says, after any edits, what an analysis of the same texts says:
 * `node test/tools/run.mjs session-campaign [--count N] [--seed S] [--every K] [--version 6.12|6.1]`.
 * N series of 40 random edits each; after every K-th edit the view of one or more files is compared, byte for byte, with a
 * report made afresh. A difference is printed with the series' number, which makes it again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../../server/src/report/report.js';
import { analyseWithProgram } from '../../server/src/service/analyse.js';
import { openSession } from '../../server/src/session/index.js';
import { Random } from '../fuzz/random.js';
import { EditedTexts } from '../support/editing/random-edits.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    every: { type: 'string', default: '4' },
    edits: { type: 'string', default: '40' },
    version: { type: 'string', default: '6.12' },
  },
});
const root = kernelTree(values.version as KernelVersion);
if (root === null) process.exit(2);
const [count, seed, first, every, edits] = [
  values.count,
  values.seed,
  values.first,
  values.every,
  values.edits,
].map(Number) as [number, number, number, number, number];

const files = [
  'drivers/virtio/virtio_ring.c',
  'drivers/net/virtio_net.c',
  'drivers/virtio/virtio.c',
  'include/linux/virtio_config.h',
  'include/linux/virtio.h',
  'drivers/virtio/virtio_balloon.c',
  'drivers/virtio/virtio_pci_modern.c',
  'drivers/vhost/vringh.c',
  'include/linux/scatterlist.h',
];

let compared = 0;
let broken = 0;
for (let stream = first; stream < first + count; stream++) {
  const random = new Random(seed, stream);
  const order = [...files].sort(() => random.fraction() - 0.5);
  const viewed = order.filter((file) => file.endsWith('.c')).slice(0, 1 + random.below(2));
  const texts = new EditedTexts(
    [...viewed, ...order],
    (file) => readFileSync(join(root, file), 'utf8'),
    random,
  );
  const session = await openSession({ root, cacheDir: null, rules: new Map() });
  const said: string[] = [];
  for (let number = 1; number <= edits; number++) {
    const edit = texts.next();
    said.push(`${edit.kind} in ${edit.file}`);
    session.edit(edit.file, edit.text);
    // Some edits are seen only together with the next.
    if (number % every !== 0 && random.below(3) === 0) continue;
    const view = await session.view(viewed);
    if (number % every !== 0) continue;
    const paths = viewed.map((file) => resolve(root, file));
    const options = { tree: root, paths, jobs: 1, cacheDir: null, rules: new Map(), timings: false };
    const fresh = await analyseWithProgram({ ...options, overlay: new Map(texts.open) });
    compared += 1;
    const [now, then] = [JSON.stringify(view?.report), JSON.stringify(fresh.report)];
    if (now === then) continue;
    broken += 1;
    console.log(`seed ${seed}, series ${stream}, after edit ${number}, of ${viewed.join()}:`);
    for (const what of said.slice(-every)) console.log(`  ${what}`);
    if (view !== null) tell(view.report, fresh.report);
    writeFileSync('/tmp/session-campaign-now.json', JSON.stringify(view?.report, null, 1));
    writeFileSync('/tmp/session-campaign-fresh.json', JSON.stringify(fresh.report, null, 1));
    break;
  }
  session.dispose();
}
console.log(`${compared} views compared, ${broken} differ`);
process.exitCode = broken === 0 ? 0 : 1;

/** Where two reports part. */
function tell(now: Report, fresh: Report): void {
  for (const key of Object.keys(fresh) as (keyof Report)[]) {
    const [one, other] = [now[key], fresh[key]];
    if (JSON.stringify(one) === JSON.stringify(other)) continue;
    if (!Array.isArray(one) || !Array.isArray(other)) {
      console.log(`  ${key}: ${JSON.stringify(one)} and not ${JSON.stringify(other)}`);
      continue;
    }
    const at = other.findIndex((item, index) => JSON.stringify(item) !== JSON.stringify(one[index]));
    const place = at < 0 ? other.length : at;
    console.log(`  ${key}[${place}] of ${one.length} and ${other.length}:`);
    console.log(`    ${JSON.stringify(one[place])?.slice(0, 1500)}`);
    console.log(`    ${JSON.stringify(other[place])?.slice(0, 1500)}`);
  }
}
