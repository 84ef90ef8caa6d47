import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Documents } from '../../../server/src/lsp/documents.js';
import { type Encoding, Positions } from '../../../server/src/lsp/positions.js';

const text = fc
  .array(fc.constantFrom('a', 'é', '漢', '😀', '\n', '\r\n', '\r', '\t', 'x = 1;'), { maxLength: 40 })
  .map((parts) => parts.join(''));
const encodings = fc.constantFrom<Encoding>('utf-8', 'utf-16');

/** Offsets between two code points, and not inside a line end. */
function cuts(of: string): number[] {
  const all: number[] = [];
  for (let at = 0; at <= of.length; at++) {
    const isInside = /[\ud800-\udbff]/.test(of[at - 1] ?? '') && /[\udc00-\udfff]/.test(of[at] ?? '');
    if (!isInside && !(of[at - 1] === '\r' && of[at] === '\n')) all.push(at);
  }
  return all;
}

it('every offset has a position, and the position leads back', () => {
  fc.assert(
    fc.property(text, encodings, (of, encoding) => {
      const positions = Positions.of(of, encoding);
      for (const at of cuts(of)) expect(positions.offsetOf(positions.atOffset(at))).toBe(at);
    }),
  );
});

it('counts bytes of the line in UTF-8, code units in UTF-16', () => {
  const at = 'x\né漢😀!'.indexOf('!');
  expect(Positions.of('x\né漢😀!', 'utf-8').atOffset(at)).toEqual({ line: 1, character: 9 });
  expect(Positions.of('x\né漢😀!', 'utf-16').atOffset(at)).toEqual({ line: 1, character: 4 });
});

it('a place of the core is the same place for the client, behind any line end', () => {
  const of = 'int a;\r\nint b;\rint c;\n\tint d;\n';
  const positions = Positions.of(of, 'utf-16');
  const core = positions.lines.positionAt(of.indexOf('int d'));
  expect(positions.at(core)).toEqual({ line: 3, character: 1 });
  expect(positions.coreOf({ line: 3, character: 1 })).toEqual(core);
});

it('edits leave the text the client has, in either encoding', () => {
  const edit = fc.record({ from: fc.nat(), to: fc.nat(), put: text });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.array(edit, { maxLength: 3 }), { maxLength: 4 }),
      encodings,
      (of, batches, encoding) => {
        const documents = new Documents();
        documents.useEncoding(encoding);
        documents.open({ uri: 'file:///f.c', languageId: 'c', version: 0, text: of });
        let expected = of;
        batches.forEach((batch, version) => {
          const changes = batch.map(({ from, to, put }) => {
            const places = cuts(expected);
            const [start = 0, end = 0] = [from, to]
              .map((n) => places[n % places.length] ?? 0)
              .sort((a, b) => a - b);
            const positions = new Positions(TextDocument.create('', 'c', 0, expected), encoding);
            const range = { start: positions.atOffset(start), end: positions.atOffset(end) };
            expected = expected.slice(0, start) + put + expected.slice(end);
            return { range, text: put };
          });
          documents.change({ uri: 'file:///f.c', version: version + 1 }, changes);
        });
        expect(documents.get('file:///f.c')?.text.getText()).toBe(expected);
        expect(documents.get('file:///f.c')?.text.version).toBe(batches.length);
      },
    ),
  );
});

it('knows patches and C by their names, and other texts not at all', () => {
  const documents = new Documents();
  const kind = (uri: string, languageId: string) =>
    documents.open({ uri, languageId, version: 1, text: '' })?.kind ?? null;
  expect(kind('file:///a.c', 'cpp')).toBe('c');
  expect(kind('file:///a.h', 'cpp')).toBe('c');
  expect(kind('file:///v2.mbox', 'plaintext')).toBe('patch');
  expect(kind('file:///x', 'diff')).toBe('patch');
  expect(kind('file:///Makefile', 'makefile')).toBeNull();
});
