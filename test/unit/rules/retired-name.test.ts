import { expect, it } from 'vitest';
import { analyseSources } from '../../../server/src/service/analyse.js';

const header = 'include/linux/virtio_config.h';
const helper = (name: string): string =>
  `static inline bool ${name}(const struct virtio_device *vdev)\n{\n\treturn !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);\n}\n`;
const bits =
  '#define VIRTIO_F_ACCESS_PLATFORM 33\n#ifndef __KERNEL__\n#define VIRTIO_F_IOMMU_PLATFORM VIRTIO_F_ACCESS_PLATFORM\n#endif\n';

async function brief(
  core: string,
  driver: string,
  file = 'drivers/virtio/virtio_sample.c',
): Promise<string[]> {
  const report = await analyseSources(
    new Map([
      [header, core],
      [file, `#include <linux/virtio_config.h>\n${driver}`],
    ]),
  );
  expect(report.notAnalysed).toEqual([]);
  return report.findings
    .filter((f) => f.rule === 'retired-name')
    .map((f) => `${f.function}:${f.range.start.line} ${f.message.split(' since')[0]}`);
}

const driver = `static bool direct(struct virtio_device *vdev)
{
	return virtio_has_iommu_quirk(vdev) || virtio_has_feature(vdev, VIRTIO_F_IOMMU_PLATFORM);
}
`;

it('finds names that a tree no longer has', async () => {
  expect(await brief(bits + helper('virtio_has_dma_quirk'), driver)).toEqual([
    'direct:4 virtio_has_iommu_quirk is virtio_has_dma_quirk',
    'direct:4 VIRTIO_F_IOMMU_PLATFORM is VIRTIO_F_ACCESS_PLATFORM',
  ]);
});

it('finds them in tables', async () => {
  expect(await brief(bits, 'static unsigned int features[] = {\n\tVIRTIO_F_IOMMU_PLATFORM,\n};\n')).toEqual([
    ':3 VIRTIO_F_IOMMU_PLATFORM is VIRTIO_F_ACCESS_PLATFORM',
  ]);
});

it.each([
  [
    'a tree that has the old name alone',
    `#define VIRTIO_F_IOMMU_PLATFORM 33\n${helper('virtio_has_iommu_quirk')}`,
    driver,
  ],
  [
    'a tree that has both',
    '#define VIRTIO_F_ACCESS_PLATFORM 33\n#define VIRTIO_F_IOMMU_PLATFORM VIRTIO_F_ACCESS_PLATFORM\n' +
      helper('virtio_has_dma_quirk') +
      helper('virtio_has_iommu_quirk'),
    driver,
  ],
  ['a tree that has neither', '', driver],
  [
    'a driver that brings its own',
    bits + helper('virtio_has_dma_quirk'),
    '#define VIRTIO_F_IOMMU_PLATFORM VIRTIO_F_ACCESS_PLATFORM\n#define virtio_has_iommu_quirk(v) virtio_has_dma_quirk(v)\n' +
      driver,
  ],
  [
    'code that asks for the release',
    bits,
    '#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)\nstatic bool old(struct virtio_device *v)\n{\n\treturn virtio_has_feature(v, VIRTIO_F_IOMMU_PLATFORM);\n}\n#endif\n',
  ],
  [
    'comments, strings and directives',
    bits,
    '/* VIRTIO_F_IOMMU_PLATFORM */\n#ifdef VIRTIO_F_IOMMU_PLATFORM\n#endif\nstatic void f(struct virtio_device *v)\n{\n\tpr_info("VIRTIO_F_IOMMU_PLATFORM");\n}\n',
  ],
])('leaves alone %s', async (_what, core, text) => {
  expect(await brief(core, text)).toEqual([]);
});

it('leaves programs alone', async () => {
  expect(await brief(bits + helper('virtio_has_dma_quirk'), driver, 'tools/virtio/test.c')).toEqual([]);
});
