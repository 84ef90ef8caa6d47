import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctor } from '../../../server/src/service/doctor.js';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vringside-doctor-'));
  mkdirSync(join(root, 'drivers/a'), { recursive: true });
  writeFileSync(
    join(root, 'drivers/a/good.c'),
    `#include <linux/virtio.h>
static int __init
start(void)
{
	return 0;
}
#ifdef CONFIG_A
int stop(void) { return a(); }
#else
int stop(void) { return 0; }
#endif
`,
  );
  writeFileSync(
    join(root, 'drivers/a/bad.h'),
    'int broken(int a)\n{\n\ta = ) 1;\n}\nint fine(void) { return 1; }\n',
  );
  writeFileSync(join(root, 'drivers/a/data.c'), new Uint8Array(4096));
  writeFileSync(join(root, 'drivers/a/readme.txt'), 'int not_c(void) { }\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('counts functions by name and line, and says where and why one did not parse', async () => {
  const report = await doctor({ root, paths: [], jobs: 1 });
  expect(report).toEqual({
    schema: 'vringside/1',
    tree: { root, kernelVersion: null },
    files: 2,
    functions: 5,
    clean: 4,
    unclean: [
      { file: 'drivers/a/bad.h', function: 'broken', line: 1, reason: 'line 3: unexpected `)` after `=`' },
    ],
    notAnalysed: [{ file: 'drivers/a/data.c', reason: 'binary data' }],
  });
});

it('examines only what it is given: folders, files, and names that are not there', async () => {
  const one = await doctor({ root, paths: [join(root, 'drivers/a/good.c'), 'drivers/b'], jobs: 1 });
  expect(one.files).toBe(1);
  expect(one.functions).toBe(3);
  expect(one.notAnalysed).toEqual([{ file: 'drivers/b', reason: 'no such file or folder' }]);
  expect((await doctor({ root, paths: ['drivers/a', 'drivers/a/good.c'], jobs: 1 })).files).toBe(2);
});

it('tells how far it has come', async () => {
  const seen: string[] = [];
  await doctor({ root, paths: [], jobs: 1, onProgress: ({ done, total }) => seen.push(`${done}/${total}`) });
  expect(seen).toEqual(['3/3']);
});
