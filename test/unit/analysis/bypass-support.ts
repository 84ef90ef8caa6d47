/**
 * Bypass sites written into the code they are expected in: a line that ends in `//= kind, kind` has exactly these bypass
 * sites starting on it, a line that does not has none. `kind when GUARD` asks for the resolved guard too.
 */
import { analyseSources } from '../../../server/src/service/analyse.js';
import { createKernelParser } from '../../../server/src/syntax/index.js';
import { type Condition, isEquivalent, parseCondition } from '../../support/conditions.js';

const parser = await createKernelParser();

/** Own C with the names of the virtio headers, so that types are known. */
const headers: Readonly<Record<string, string>> = {
  'include/linux/virtio.h': `
struct virtio_device { struct device dev; u64 features; };
struct virtqueue { struct virtio_device *vdev; void *priv; };
struct virtio_driver { int (*probe)(struct virtio_device *vdev); };
struct virtio_shm_region { u64 addr; u64 len; };
struct scatterlist { unsigned long page_link; dma_addr_t dma_address; unsigned int length; };
`,
  'include/uapi/linux/virtio_ring.h': `
struct vring_desc { __u64 addr; __u32 len; __u16 flags; __u16 next; };
`,
};

interface Expected {
  readonly kind: string;
  readonly guard: string | null;
}

/** What is wrong with the bypass sites of these files: `file:line: expected ... found ...`. */
export async function bypassProblems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await analyseSources(new Map(Object.entries({ ...headers, ...files })), new Map(), parser);
  const problems = report.notAnalysed.map((n) => `${n.file}: ${n.reason}`);
  for (const [file, text] of Object.entries(files)) {
    text.split('\n').forEach((line, index) => {
      const expected = expectations(line);
      const found = report.sites.filter(
        (s) => s.category === 'bypass' && s.file === file && s.range.start.line === index + 1,
      );
      const kinds = found.map((s) => s.kind).sort();
      const wanted = expected.map((e) => e.kind).sort();
      if (kinds.join() !== wanted.join()) {
        problems.push(`${file}:${index + 1}: expected [${wanted.join(', ')}], found [${kinds.join(', ')}]`);
      }
      for (const { kind, guard } of expected) {
        const resolved = found.find((s) => s.kind === kind)?.guard?.resolved ?? 'true';
        if (guard !== null && !isEquivalent(conditionOf(resolved), conditionOf(guard))) {
          problems.push(`${file}:${index + 1}: ${kind}: expected when ${guard}, found when ${resolved}`);
        }
      }
    });
  }
  return problems;
}

function expectations(line: string): Expected[] {
  const marker = /\/\/= (.*)$/.exec(line)?.[1] ?? '';
  if (marker === '') return [];
  return marker.split(', ').map((one) => {
    const [kind = '', guard] = one.split(' when ');
    return { kind, guard: guard ?? null };
  });
}

function conditionOf(text: string): Condition {
  const condition = parseCondition(text);
  if (condition === null) throw new Error(`no condition: ${text}`);
  return condition;
}
