import { expect, it } from 'vitest';
import type { SiteOutcome } from '../../../server/src/analysis/site.js';
import { reviewReply } from '../../../server/src/report/reply.js';
import { bypass, finding, range, reportOf, ringSource } from './example.js';

const outcome = (
  platform: SiteOutcome['platform'],
  device: SiteOutcome['device'],
  what: SiteOutcome['outcome'],
) => ({
  platform,
  device,
  policy: 'tree',
  outcome: what,
  why: '',
  copies: 0,
  slots: 0,
  throughputRatio: null,
});
const outcomes = [
  outcome('plain', 'no-flag', 'direct'),
  outcome('pef', 'no-flag', 'fault'),
  outcome('pef', 'legacy', 'fault'),
];
const report = reportOf({ sites: [{ ...bypass, outcomes }], findings: [finding] });
const source = (): readonly string[] => ringSource;

it('quotes the place, says what is wrong and when, shows the guests, and how to see it again', () => {
  expect(reviewReply(report, finding, source)).toBe(`> drivers/my/ring.c:4 map_one()
>
> static dma_addr_t map_one(struct my_queue *vq, struct scatterlist *sg)
> {
> 	if (!vq->use_dma_api)
> 		return (dma_addr_t)sg_phys(sg);
> 	return dma_map_page(vq->dev, sg_page(sg), 0, sg->length, DMA_TO_DEVICE);

sg_phys(sg) goes to the device whatever was negotiated; a secure guest
gives it a private page.

This is reached when: ACCESS_PLATFORM not negotiated, and not a Xen
guest
  drivers/my/ring.c:40
      vq->use_dma_api = my_use_dma_api(vdev);
  drivers/my/core.h:12
      return !virtio_has_dma_quirk(vdev) || xen_domain();

What becomes of the data, by whether the device offers ACCESS_PLATFORM
(legacy: it cannot; -: this is not reached):

               not offered  legacy
  plain guest  direct       -
  powerpc PEF  fault        fault

See also drivers/my/core.h:12: the ring decides here

Reproduce:
  vringside check --rule dma-bypass-unconditional drivers/my/ring.c
  vringside explain dma-bypass-unconditional
(vringside 0.1.0, tree 6.12.1)
`);
});

it('keeps to 72 columns, quoted source and commands aside, and says what mends it', () => {
  const long = {
    ...finding,
    message: `${'a word '.repeat(60)}end`,
    fix: { title: 'Do '.repeat(40), isPreferred: true, edits: [] },
  };
  const text = reviewReply(report, long, source);
  const own = text.split('\n').filter((line) => !/^>|^ {2}vringside /.test(line));
  expect(Math.max(...own.map((line) => line.length))).toBeLessThanOrEqual(72);
  expect(text).toContain('To mend it: Do Do');
});

it('quotes nothing of the function above, and manages without the source', () => {
  const here = { ...finding, range: range(9, 1, 2) };
  expect(reviewReply(report, here, source)).toContain('>\n> static int start(struct my_queue *vq)\n> {\n');
  expect(reviewReply(report, here, () => null).split('\n')[0]).toBe('> drivers/my/ring.c:9 map_one()');
});

it('passes no control characters on', () => {
  const evil = { ...finding, message: 'a\u001b[31mred\u0007' };
  expect(reviewReply(report, evil, () => ringSource.map((line) => `${line}\u001b[0m`))).not.toContain(
    '\u001b',
  );
});
