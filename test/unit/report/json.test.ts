import { expect, it } from 'vitest';
import { doctorToJson, reportToJson } from '../../../server/src/report/json.js';
import { bypass, finding, reportOf } from './example.js';

it('prints the keys of the contract in their order, whatever the order they were made in', () => {
  const shuffled = Object.fromEntries(Object.entries(bypass).reverse()) as unknown as typeof bypass;
  const json = JSON.parse(reportToJson(reportOf({ sites: [shuffled], findings: [finding] })));
  expect(Object.keys(json)).toEqual([
    'schema',
    'tool',
    'tree',
    'sites',
    'workloads',
    'findings',
    'suppressed',
    'notAnalysed',
  ]);
  const [site] = json.sites;
  expect(Object.keys(site)).toEqual([
    'id',
    'category',
    'kind',
    'file',
    'function',
    'range',
    'expression',
    'guard',
  ]);
  expect(Object.keys(site.guard)).toEqual(['written', 'resolved', 'words', 'via']);
  expect(Object.keys(json.findings[0])).toEqual([
    'rule',
    'level',
    'message',
    'file',
    'function',
    'range',
    'site',
    'related',
    'fingerprint',
  ]);
});

it('loses nothing: what is read back equals what was reported', () => {
  const report = reportOf({
    findings: [finding],
    notAnalysed: [
      { file: 'x.c', reason: 'not text' },
      { file: 'y.c', function: 'f', line: 2, reason: 'odd' },
    ],
    coverage: { files: 2, functions: 3, clean: 2 },
    timings: { parse: 12.5 },
  });
  expect(JSON.parse(reportToJson(report))).toEqual(report);
});

it('gives doctor the keys of the contract first', () => {
  const json = JSON.parse(doctorToJson({ ...reportOf(), files: 1, functions: 2, clean: 2, unclean: [] }));
  expect(Object.keys(json).slice(0, 6)).toEqual(['schema', 'tree', 'files', 'functions', 'clean', 'unclean']);
});
