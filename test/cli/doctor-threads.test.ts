import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { vringside } from './support.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-threads-'));
  // More files than one thread is given at a time, of very different length.
  for (let file = 0; file < 150; file++) {
    const functions = Array.from({ length: file % 40 }, (_, at) =>
      at % 7 === 3 ? `int f${at}(void) { return ) ; }` : `int f${at}(int a)\n{\n\treturn a + ${at};\n}`,
    );
    writeFileSync(join(folder, `file${file}.c`), functions.join('\n'));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reports the same, byte for byte, whatever the number of threads', async () => {
  const args = ['doctor', '--format', 'json', '--tree', folder, folder];
  const [one, two, five] = await Promise.all(
    ['1', '2', '5'].map((jobs) => vringside([...args, '--jobs', jobs])),
  );
  expect(one?.status).toBe(0);
  const report = JSON.parse(one?.out ?? '{}') as { files: number; functions: number; unclean: unknown[] };
  expect(report.files).toBe(150);
  expect(report.unclean.length).toBeGreaterThan(100);
  expect(two?.out).toBe(one?.out);
  expect(five?.out).toBe(one?.out);
});
