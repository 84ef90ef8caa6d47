import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SourceLines } from '../../../server/src/report/quote.js';
import { displayWidth, makeStyle, plainStyle } from '../../../server/src/report/style.js';
import { findingsToText, sitesToText } from '../../../server/src/report/text.js';
import { doctorToText } from '../../../server/src/report/text-doctor.js';
import { bypass, feature, finding, reportOf, ringSource } from './example.js';

const source: SourceLines = (file) => (file === 'drivers/my/ring.c' ? ringSource : null);
const options = { style: plainStyle, source, isQuiet: false, elapsedMs: null };

it('shows a site with its source line, its condition in words and the chain that gives it', () => {
  const text = sitesToText(reportOf({ coverage: { files: 1, functions: 2, clean: 2 } }), options);
  expect(text).toBe(
    `
drivers/my/ring.c                                                                1 bypass, 1 feature
     4  map_one()     CPU physical address used as DMA address                    cpu_phys_to_device
        | return (dma_addr_t)sg_phys(sg);
        when  ACCESS_PLATFORM not negotiated, and not a Xen guest
        if    !vq->use_dma_api
              <- vq->use_dma_api = my_use_dma_api(vdev);              ring.c:40
              <- return !virtio_has_dma_quirk(vdev) || xen_domain();  drivers/my/core.h:12

    10  start()       feature tested  VIRTIO_NET_F_MRG_RXBUF                             has_feature
        | return virtio_has_feature(vq->vdev,
        |                           VIRTIO_NET_F_MRG_RXBUF);

1 bypass site, 1 feature check in 1 file (2 functions read, all understood)
`.slice(1),
  );
});

it('says that an unguarded bypass is always reached, and stays silent about an unguarded feature check', () => {
  const text = sitesToText(reportOf({ sites: [{ ...bypass, guard: null }, feature] }), options);
  expect(text.match(/when .*/g)).toEqual(['when  always']);
});

it('shows a finding with its sentence, its level, its rule and how to read more', () => {
  const text = findingsToText(reportOf({ sites: [bypass], findings: [finding] }), options);
  expect(text).toContain('sg_phys(sg) goes to the device whatever was negotiated');
  expect(text).toMatch(/see {3}drivers\/my\/core\.h:12: the ring decides here/);
  expect(text).toMatch(/warning {2}dma-bypass-unconditional +vringside explain dma-bypass-unconditional\n/);
  expect(text.trimEnd().split('\n').at(-1)).toBe('1 warning among 1 site (all of it understood)');
});

it('names a finding that rests on no site by its rule', () => {
  const { site: _, ...siteless } = finding;
  const text = findingsToText(reportOf({ findings: [siteless] }), options);
  expect(text.split('\n')[1]).toBe('     4  map_one()     dma bypass unconditional');
  expect(text).not.toContain('when');
});

it('counts levels apart and names none that did not occur', () => {
  const findings = [
    finding,
    { ...finding, level: 'error' as const },
    { ...finding, level: 'error' as const },
  ];
  expect(findingsToText(reportOf({ findings }), options)).toContain('\n2 errors, 1 warning among 2 sites (');
  expect(findingsToText(reportOf(), options)).toBe(
    'nothing to report among 2 sites (all of it understood)\n',
  );
});

it('ends with what was not understood, and lists it with the reason', () => {
  const notAnalysed = [
    { file: 'drivers/my/blob.c', reason: 'not text' },
    { file: 'drivers/my/odd.c', function: 'odd', line: 7, reason: 'unexpected `}`' },
  ];
  const text = sitesToText(
    reportOf({ notAnalysed, coverage: { files: 3, functions: 10, clean: 9 } }),
    options,
  );
  expect(text).toContain(
    'Not understood\n  drivers/my/blob.c  not text\n  drivers/my/odd.c:7  odd()  unexpected `}`\n',
  );
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    '1 bypass site, 1 feature check in 3 files (10 functions read, 1 not understood in full, 1 file not analysed)',
  );
  const quiet = sitesToText(reportOf({ notAnalysed }), { ...options, isQuiet: true });
  expect(quiet).not.toContain('not text');
  expect(quiet).toContain('(1 not understood in full, 1 file not analysed)');
});

it('shows the time of each stage when asked for', () => {
  const text = sitesToText(reportOf({ timings: { select: 12.4, analyse: 310 } }), options);
  expect(text).toContain('\nselect 12 ms, analyse 310 ms\n');
  expect(sitesToText(reportOf(), options)).not.toContain(' ms');
});

it('keeps every line but quoted source within the width, at any width of the terminal', () => {
  const long = 'a_rather_long_name_of_a_predicate() && '.repeat(8);
  const via = [{ file: 'include/linux/a_header.h', line: 12345, text: long }];
  const sites = [{ ...bypass, guard: { written: long, resolved: long.repeat(2), via } }];
  for (const width of [60, 80, 100, 300]) {
    const style = makeStyle({ isColoured: true, isUnicode: true, width });
    const text = findingsToText(reportOf({ sites, findings: [finding] }), { ...options, style });
    const widest = Math.max(...text.split('\n').map(displayWidth));
    expect(widest).toBeLessThanOrEqual(Math.min(120, Math.max(80, width)));
  }
});

it('has no escape sequence without colour, whatever the source holds', () => {
  const evil: SourceLines = () => ringSource.map(() => '\treturn sg_phys("\u001b[31m\u202e\u0007");');
  const reason = 'odd \u001b]0;title\u0007 bytes';
  const text = sitesToText(reportOf({ notAnalysed: [{ file: 'x.c', reason }] }), {
    ...options,
    source: evil,
  });
  expect(text).not.toMatch(/[^\n -~\u00a0-\u2fff\ufffd]/u);
  expect(text).not.toContain('\u202e');
});

it('says what mends a finding, and counts what it leaves out', () => {
  const fix = { title: 'Use the DMA API for the parent', isPreferred: true, edits: [] };
  const existing = { ...finding, fingerprint: 'f2', message: 'an old one', status: 'existing' } as const;
  const suppressed = [{ ...finding, suppression: { reason: 'x', range: finding.range } }];
  const entry = { fingerprint: 'f3', rule: 'r', file: 'a.c', function: 'f', message: 'm' };
  const report = reportOf({
    sites: [bypass],
    findings: [{ ...finding, fix, status: 'new' }, existing],
    suppressed,
    baseline: { file: 'b.json', unmatched: [entry, entry, entry] },
  });
  const text = findingsToText(report, options);
  expect(text).toContain('        fix   Use the DMA API for the parent\n');
  expect(text).not.toContain('an old one');
  expect(text).toContain('3 entries of the baseline match nothing: --write-baseline rewrites it');
  expect(text).toContain('1 warning (1 in the baseline, 1 suppressed) among 1 site');
});

it('sums up doctor: a share that never reads 100 % while something is missing', () => {
  const unclean = [{ file: 'a.c', function: 'f', line: 3, reason: 'unexpected `)`' }];
  const doctor = { ...reportOf(), files: 2, functions: 100_000, clean: 99_999, unclean };
  const text = doctorToText(doctor, { style: plainStyle, isQuiet: false, elapsedMs: null });
  expect(text).toContain('Linux 6.12.1  /tree');
  expect(text).toMatch(/a\.c\n {5}3 {2}f\(\) +unexpected `\)`/);
  expect(text).toContain('1 of 100 000 functions not understood in full (99.99 %) in 2 files');
});

it('shows anything, and passes nothing on that would drive the terminal', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom('\t\tx', 'a b '.repeat(60), ''),
  );
  const position = fc.record({
    line: fc.integer({ min: 1, max: 20 }),
    column: fc.integer({ min: 1, max: 300 }),
  });
  const step = fc.record({ file: text, line: fc.nat(), text });
  const guard = fc.option(
    fc.record({ written: text, resolved: text, words: text, via: fc.array(step, { maxLength: 12 }) }),
  );
  const site = fc.record({
    range: fc.record({ start: position, end: position }),
    file: text,
    feature: text,
    guard,
  });
  const reason = fc.record({ file: text, reason: text });
  const all = [
    fc.array(site, { maxLength: 4 }),
    fc.array(text, { maxLength: 12 }),
    fc.array(reason),
  ] as const;
  fc.assert(
    fc.property(...all, (parts, lines, notAnalysed) => {
      const sites = parts.map((part) => ({ ...bypass, ...part }));
      const report = reportOf({ sites, findings: [{ ...finding, message: lines.join('') }], notAnalysed });
      for (const show of [sitesToText, findingsToText]) {
        const shown = show(report, { ...options, source: () => lines });
        expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
      }
    }),
    { numRuns: 500 },
  );
});
