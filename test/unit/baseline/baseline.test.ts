import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyBaseline,
  type BaselineEntry,
  BaselineError,
  extendedBaseline,
  parseBaseline,
  printBaseline,
  rewrittenBaseline,
} from '../../../server/src/baseline/index.js';
import type { Finding } from '../../../server/src/rules/index.js';
import { finding as example } from '../report/example.js';

const found = (n: number, parts: Partial<Finding> = {}): Finding => ({
  ...example,
  fingerprint: n.toString(16).padStart(16, '0'),
  ...parts,
});
const entry = (n: number, parts: Partial<BaselineEntry> = {}): BaselineEntry => ({
  fingerprint: n.toString(16).padStart(16, '0'),
  rule: 'r',
  file: 'a.c',
  function: 'f',
  message: 'm',
  ...parts,
});
const everything = (): boolean => true;

describe('findings against a baseline', () => {
  it('exist when their fingerprint is in it, and are new otherwise', () => {
    const { findings, unmatched } = applyBaseline([found(1), found(2)], [entry(2), entry(3)], everything);
    expect(findings.map((f) => f.status)).toEqual(['new', 'existing']);
    expect(unmatched).toEqual([entry(3)]);
  });

  it('leave entries alone that took no part in the run', () => {
    const isHere = ({ file }: BaselineEntry): boolean => file === 'a.c';
    const { unmatched } = applyBaseline([], [entry(1), entry(2, { file: 'b.c' })], isHere);
    expect(unmatched).toEqual([entry(1)]);
    const text = rewrittenBaseline([found(3)], [entry(1), entry(2, { file: 'b.c' })], isHere);
    expect(parseBaseline(text, 'b').map((e) => e.fingerprint)).toEqual(
      [entry(2), found(3)].map((e) => e.fingerprint),
    );
  });
});

describe('the file', () => {
  const entries = fc.uniqueArray(
    fc.record({
      fingerprint: fc.stringMatching(/^[0-9a-f]{16}$/),
      rule: fc.string(),
      file: fc.string({ unit: 'binary' }),
      function: fc.string(),
      message: fc.string({ unit: 'binary' }),
    }),
    { selector: (e) => e.fingerprint },
  );

  it('gives back what was put in, whatever the order, and the same bytes again', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const text = printBaseline(list);
        expect(JSON.parse(text).findings).toHaveLength(list.length);
        const back = parseBaseline(text, 'x');
        expect(new Set(back.map((e) => JSON.stringify(e)))).toEqual(
          new Set(list.map((e) => JSON.stringify(e))),
        );
        expect(printBaseline([...back].reverse())).toBe(text);
      }),
    );
  });

  it('takes one more finding, and takes it once', () => {
    const once = extendedBaseline(null, 'x', [found(1)]);
    expect(parseBaseline(once, 'x')).toHaveLength(1);
    expect(extendedBaseline(once, 'x', [found(1)])).toBe(once);
    expect(parseBaseline(extendedBaseline(once, 'x', [found(2)]), 'x')).toHaveLength(2);
    expect(extendedBaseline('', 'x', [found(1)])).toBe(once);
  });

  const withEntry = (line: string): string =>
    `{ "schema": "vringside-baseline/1",\n  "note": ["[", {"findings": [1]}],\n  "findings": [\n    { "fingerprint": "0123456789abcdef", "rule": "r", "file": "a{.c" },\n    ${line}\n] }`;

  it.each([
    [
      'no JSON',
      '{\n  "schema": "vringside-baseline/1",\n  "findings": [\n<<<<<<< ours\n',
      /^b\.json:4: "<" where a value is wanted/,
    ],
    ['an early end', '{\n  "schema": "vringside-baseline/1",\n  "findings": [\n', /^b\.json:3: ends where/],
    ['no object', '[]', /^b\.json:1: a baseline is an object/],
    ['no schema', '{ "findings": [] }', /^b\.json:1: "schema" is missing; this version reads/],
    [
      'another schema',
      '{\n "schema": "vringside-baseline/9" }',
      /^b\.json:2: "schema" is "vringside-baseline\/9"/,
    ],
    [
      'no list',
      '{ "schema": "vringside-baseline/1",\n\n"findings": {} }',
      /^b\.json:3: "findings" is not a list/,
    ],
    ['an entry that is none', withEntry('7'), /^b\.json:5: an entry is an object/],
    [
      'an entry without a rule',
      withEntry('{ "fingerprint": "0123456789abcdee", "file": "b.c" }'),
      /^b\.json:5: an entry without "rule"/,
    ],
    [
      'no fingerprint',
      withEntry('{ "fingerprint": "x", "rule": "r", "file": "b.c" }'),
      /^b\.json:5: "x" is no fingerprint/,
    ],
  ])('names line and cause of %s', (_what, text, message) => {
    expect(() => parseBaseline(text, 'b.json')).toThrow(message);
  });

  it('fails in no other way, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          parseBaseline(text, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(BaselineError);
        }
      }),
    );
  });
});
