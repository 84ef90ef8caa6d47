import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JsonError, type JsonNode, readJson } from '../../../server/src/text/json.js';

function plain(node: JsonNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(plain);
  return Object.fromEntries([...node.members].map(([key, value]) => [key, plain(value)]));
}

function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return 'no JSON';
  }
}

function read(text: string): unknown {
  try {
    return { value: plain(readJson(text)) };
  } catch (error) {
    expect(error).toBeInstanceOf(JsonError);
    return 'no JSON';
  }
}

it('reads what JSON.parse reads, and refuses what it refuses', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '1',
      '-0.5e3',
      '01',
      'true',
      ' ',
      '\n',
      '"',
      '\\',
    ),
    {
      maxLength: 9,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        pieces.map((list) => list.join('')),
      ),
      (text) => {
        expect(read(text)).toEqual(parsed(text));
      },
    ),
    { numRuns: 2000 },
  );
});

it('knows where a value stands, and refuses nesting without end', () => {
  const text = '{ "a": [1,\n {"b": null}] }';
  const root = readJson(text);
  const list = root.kind === 'object' ? root.members.get('a') : undefined;
  expect(list?.kind === 'array' && list.items.map((item) => text.slice(item.at, item.at + 3))).toEqual([
    '1,\n',
    '{"b',
  ]);
  expect(() => readJson('['.repeat(100_000))).toThrow('nested too deeply');
});
