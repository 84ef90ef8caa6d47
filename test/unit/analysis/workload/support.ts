import { type Bounds, type Workload, workloadsOf } from '../../../../server/src/analysis/index.js';
import { createProgram } from '../../../../server/src/program/index.js';
import { createKernelParser } from '../../../../server/src/syntax/index.js';

export const driver = 'drivers/virtio/virtio_sample.c';

/** The workloads of a driver in one file, or of one with other files beside it. */
export async function workloadsIn(
  text: string,
  others: readonly [string, string][] = [],
): Promise<readonly Workload[]> {
  const files = new Map([[driver, `#include <linux/virtio.h>\n${text}`], ...others]);
  const program = createProgram({
    tree: { root: '', version: null },
    files,
    parser: await createKernelParser(),
  });
  const { workloads, notAnalysed } = workloadsOf(program, [...files.keys()]);
  if (notAnalysed.length > 0) throw new Error(notAnalysed.map((n) => n.reason).join('; '));
  return workloads;
}

export function boundsText({ least, most }: Bounds): string {
  return least === most ? String(least) : `${least}..${most ?? ''}`;
}
