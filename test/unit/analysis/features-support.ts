/**
 * Feature sites written into the code they are expected in: a line that ends in `//= kind, kind FEATURE` has exactly these
 * feature sites starting on it, a line that does not has none.
 */
import { analyseSources } from '../../../server/src/service/analyse.js';
import { createKernelParser } from '../../../server/src/syntax/index.js';

const parser = await createKernelParser();

/** Own C with the names of the virtio headers, so that types are known. */
export const headers: Readonly<Record<string, string>> = {
  'include/linux/virtio.h': `
struct virtio_config_ops { u64 (*get_features)(struct virtio_device *vdev); int (*finalize_features)(struct virtio_device *vdev); };
struct virtio_device { int index; const struct virtio_config_ops *config; u64 features; };
struct virtio_driver { const unsigned int *feature_table; unsigned int feature_table_size; int (*validate)(struct virtio_device *dev); };
`,
  'include/linux/vdpa.h': `
struct vdpa_device { int index; const struct vdpa_config_ops *config; };
struct vdpa_config_ops { u64 (*get_device_features)(struct vdpa_device *vdev); int (*set_driver_features)(struct vdpa_device *vdev, u64 features); };
`,
};

/** What is wrong with the feature sites of these files: `file:line: expected ... found ...`. */
export async function featureProblems(files: Readonly<Record<string, string>>): Promise<string[]> {
  const report = await analyseSources(new Map(Object.entries({ ...headers, ...files })), new Map(), parser);
  const found = new Map<string, string[]>();
  for (const site of report.sites) {
    if (site.category !== 'feature') continue;
    const place = `${site.file}:${site.range.start.line}`;
    const what = site.feature === undefined ? site.kind : `${site.kind} ${site.feature}`;
    found.set(place, [...(found.get(place) ?? []), what]);
  }
  return Object.entries(files).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const marker = /\/\/= (.*)$/.exec(line)?.[1] ?? '';
      const expected = marker === '' ? [] : marker.split(', ').sort();
      const actual = (found.get(`${file}:${index + 1}`) ?? []).sort();
      if (expected.join() === actual.join()) return [];
      return [`${file}:${index + 1}: expected [${expected.join(', ')}], found [${actual.join(', ')}]`];
    }),
  );
}
