import { expect, it } from 'vitest';
import { found } from './support.js';

const types = `
struct device { struct device *parent; };
struct virtio_device { int index; struct device dev; };
struct virtqueue { struct virtio_device *vdev; };
struct port { struct device *dev; struct virtqueue *vq; struct device other; };
`;

async function brief(text: string): Promise<string[]> {
  const { findings } = await found('wrong-dma-device', types + text);
  return findings.map((f) => `${f.level} ${f.function}() and ${f.related.length} more`);
}

it.each([
  [
    'a device',
    'static int f(struct virtio_device *vdev, void *p)\n{\n\treturn !dma_map_single(&vdev->dev, p, 8, DMA_TO_DEVICE);\n}\n',
  ],
  [
    'the device of a queue',
    'static void f(struct port *port)\n{\n\tkfree(dma_alloc_coherent(&port->vq->vdev->dev, 8, &port->at, GFP_KERNEL));\n}\n',
  ],
  [
    'a local',
    'static size_t f(struct virtio_device *vdev)\n{\n\tstruct device *dev = &vdev->dev;\n\n\tdev_info(dev, "x");\n\treturn dma_max_mapping_size(dev);\n}\n',
  ],
  [
    'a pool',
    'static void f(struct virtio_device *vdev)\n{\n\tpool = dma_pool_create("x", &vdev->dev, 8, 8, 0);\n}\n',
  ],
])('finds the DMA API asked for %s', async (_what, text) => {
  expect(await brief(text)).toEqual(['warning f() and 0 more']);
});

it('says it once a file, with all calls', async () => {
  const text = `
static int map(struct virtio_device *vdev, void *p)
{
	dma_addr_t at = dma_map_single(&vdev->dev, p, 8, DMA_TO_DEVICE);

	return dma_mapping_error(&vdev->dev, at);
}
static void unmap(struct virtio_device *vdev, dma_addr_t at)
{
	dma_unmap_single(&vdev->dev, at, 8, DMA_TO_DEVICE);
}
`;
  const { findings } = await found('wrong-dma-device', types + text);
  expect(findings.map((f) => f.related.map((r) => r.message))).toEqual([
    ['the same in map(): dma_mapping_error()', 'the same in unmap(): dma_unmap_single()'],
  ]);
});

it.each([
  [
    'the parent',
    'static int f(struct virtio_device *vdev, void *p)\n{\n\treturn !dma_map_single(vdev->dev.parent, p, 8, 1);\n}\n',
  ],
  [
    'other buses',
    'static int f(struct vio_dev *vdev, void *p)\n{\n\treturn !dma_map_single(&vdev->dev, p, 8, 1);\n}\n',
  ],
  [
    'other devices of the driver',
    'static int f(struct port *port, void *p)\n{\n\treturn !dma_map_single(&port->other, p, 8, 1);\n}\n',
  ],
  [
    'a device that may be another',
    'static int f(struct virtio_device *vdev, struct port *port, void *p)\n{\n\tstruct device *dev = &vdev->dev;\n\n\tif (port)\n\t\tdev = port->dev;\n\treturn !dma_map_single(dev, p, 8, 1);\n}\n',
  ],
  [
    'what is no DMA API',
    'static int f(struct virtio_device *vdev, void *p)\n{\n\tdev_err(&vdev->dev, "x");\n\treturn dma_buf_attach(p, &vdev->dev) || devm_kzalloc(&vdev->dev, 8, 1);\n}\n',
  ],
])('leaves %s alone', async (_what, text) => {
  expect(await brief(text)).toEqual([]);
});
