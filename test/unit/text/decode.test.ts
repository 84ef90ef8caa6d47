import { expect, it } from 'vitest';
import { decodeSource } from '../../../server/src/text/decode.js';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))),
  );

it('reads UTF-8, and keeps a byte order mark so that offsets stay true', () => {
  expect(decodeSource(bytes('/* é */ int a;'))).toEqual({ text: '/* é */ int a;', encoding: 'utf-8' });
  expect(decodeSource(bytes([0xef, 0xbb, 0xbf], 'int a;'))).toEqual({
    text: '\ufeffint a;',
    encoding: 'utf-8',
  });
});

it('reads what is not UTF-8 as Latin-1', () => {
  expect(decodeSource(bytes('/* ', [0xe9], ' */'))).toEqual({ text: '/* é */', encoding: 'latin1' });
});

it('suffers a stray NUL but not data', () => {
  expect(decodeSource(bytes('int a;', [0], 'int b;'))).toEqual({ text: 'int a;\0int b;', encoding: 'utf-8' });
  expect(decodeSource(new Uint8Array(4096))).toEqual({ notText: 'binary data' });
  expect(decodeSource(bytes([0xff, 0xfe], 'i\0n\0t\0'))).toEqual({ notText: 'UTF-16 text, not UTF-8' });
});

it('reads an empty file as an empty text', () => {
  expect(decodeSource(new Uint8Array(0))).toEqual({ text: '', encoding: 'utf-8' });
});
