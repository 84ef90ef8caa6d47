import type { Site } from '../../../server/src/analysis/site.js';
import type { Report } from '../../../server/src/report/report.js';
import type { Finding } from '../../../server/src/rules/finding.js';
import type { Range } from '../../../server/src/text/span.js';

export const ringSource = [
  'static dma_addr_t map_one(struct my_queue *vq, struct scatterlist *sg)',
  '{',
  '\tif (!vq->use_dma_api)',
  '\t\treturn (dma_addr_t)sg_phys(sg);',
  '\treturn dma_map_page(vq->dev, sg_page(sg), 0, sg->length, DMA_TO_DEVICE);',
  '}',
  '',
  'static int start(struct my_queue *vq)',
  '{',
  '\treturn virtio_has_feature(vq->vdev,',
  '\t\t\t\t  VIRTIO_NET_F_MRG_RXBUF);',
  '}',
];

export function range(line: number, from: number, to: number, endLine: number = line): Range {
  return { start: { line, column: from }, end: { line: endLine, column: to } };
}

export const bypass: Site = {
  id: 's1',
  category: 'bypass',
  kind: 'cpu_phys_to_device',
  file: 'drivers/my/ring.c',
  function: 'map_one',
  range: range(4, 22, 33),
  expression: 'sg_phys(sg)',
  guard: {
    written: '!vq->use_dma_api',
    resolved: '!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()',
    words: 'ACCESS_PLATFORM not negotiated, and not a Xen guest',
    via: [
      { file: 'drivers/my/ring.c', line: 40, text: 'vq->use_dma_api = my_use_dma_api(vdev);' },
      { file: 'drivers/my/core.h', line: 12, text: 'return !virtio_has_dma_quirk(vdev) || xen_domain();' },
    ],
  },
};

export const feature: Site = {
  id: 's2',
  category: 'feature',
  kind: 'has_feature',
  file: 'drivers/my/ring.c',
  function: 'start',
  range: range(10, 9, 33, 11),
  expression: 'virtio_has_feature(vq->vdev, VIRTIO_NET_F_MRG_RXBUF)',
  feature: 'VIRTIO_NET_F_MRG_RXBUF',
  guard: null,
};

export const finding: Finding = {
  rule: 'dma-bypass-unconditional',
  level: 'warning',
  message: 'sg_phys(sg) goes to the device whatever was negotiated; a secure guest gives it a private page.',
  file: 'drivers/my/ring.c',
  function: 'map_one',
  range: range(4, 22, 33),
  site: 's1',
  related: [{ file: 'drivers/my/core.h', range: range(12, 1, 10), message: 'the ring decides here' }],
  fingerprint: 'f1',
};

export function reportOf(parts: Partial<Report> = {}): Report {
  return {
    schema: 'vringside/1',
    tool: { name: 'vringside', version: '0.1.0' },
    tree: { root: '/tree', kernelVersion: '6.12.1' },
    sites: [bypass, feature],
    workloads: [],
    findings: [],
    suppressed: [],
    notAnalysed: [],
    ...parts,
  };
}
