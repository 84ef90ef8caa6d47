import { applyEdits, editsOf, type Fix, fixesIn, fixesTogether } from '../../../server/src/fixes/index.js';
import type { Finding } from '../../../server/src/rules/index.js';
import { analyseSourcesWithProgram } from '../../../server/src/service/analyse.js';

export const header = 'include/linux/virtio_config.h';
export const ring = 'drivers/virtio/virtio_ring.c';
export const driver = 'drivers/virtio/virtio_sample.c';

/** A core as of 6.12, with the headers a fix may need. */
export const core: ReadonlyMap<string, string> = new Map([
  [
    header,
    `#define VIRTIO_F_ACCESS_PLATFORM 33
struct device { struct device *parent; };
struct virtio_device { struct device dev; };
struct virtqueue { struct virtio_device *vdev; };
bool virtio_has_feature(const struct virtio_device *vdev, unsigned int fbit);
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
`,
  ],
  ['include/xen/xen.h', '#define xen_domain() (xen_domain_type != XEN_NATIVE)\n'],
  ['include/linux/dma-mapping.h', ''],
  [
    ring,
    `#include <linux/virtio_config.h>
#include <xen/xen.h>
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	if (!virtio_has_dma_quirk(vdev))
		return true;
	if (xen_domain())
		return true;
	return false;
}
bool ring_maps(const struct virtio_device *vdev)
{
	return vring_use_dma_api(vdev);
}
`,
  ],
]);

export interface Mended {
  readonly before: readonly Finding[];
  readonly fixes: readonly Fix[];
  /** The driver with the fixes applied. */
  readonly text: string;
  readonly after: readonly Finding[];
}

const include = '#include <linux/virtio_config.h>';

/** The fixes a driver is offered, and what is left when those chosen are applied. */
export async function mend(
  code: string,
  choose: (fixes: readonly Fix[]) => readonly Fix[] = fixesTogether,
  files: ReadonlyMap<string, string> = core,
): Promise<Mended> {
  const includes = include + (code.includes('\r\n') ? '\r\n' : '\n');
  const text = includes + code;
  const first = await look(text, files);
  const edits = editsOf(choose(first.fixes));
  const mended = applyEdits(
    text,
    edits.filter(({ file }) => file === driver),
  );
  const second = await look(mended, files);
  return {
    before: first.findings,
    fixes: first.fixes,
    text: mended.replace(includes, ''),
    after: second.findings,
  };
}

async function look(
  text: string,
  files: ReadonlyMap<string, string>,
): Promise<{ fixes: Fix[]; findings: readonly Finding[] }> {
  const { report, program, inventory } = await analyseSourcesWithProgram(new Map([...files, [driver, text]]));
  const broken = report.notAnalysed.map((n) => `${n.file}:${n.line ?? 0} ${n.reason}`);
  if (broken.length > 0) throw new Error(`not understood: ${broken.join('; ')}\n${text}`);
  const findings = report.findings.filter((f) => f.file === driver);
  return {
    findings,
    fixes: fixesIn({ program, inventory, suppressed: report.suppressed }, report.findings, driver),
  };
}

export function rulesOf(findings: readonly Finding[]): string[] {
  return findings.map((f) => f.rule);
}
