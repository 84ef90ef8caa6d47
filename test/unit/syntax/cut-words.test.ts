import { expect, it } from 'vitest';
import { createKernelParser } from '../../../server/src/syntax/index.js';

it('gives a name whole whose last letter made way for a semicolon', async () => {
  const parser = await createKernelParser();
  const source = 'void f(void)\n{\n\tgoto out;\nout:\n}\nvoid g(void)\n{\nPOSTAMBLE\n}\n';
  const file = parser.outline('x.c', source);
  const bodies = file.chunks.map((chunk) => parser.facts(file, chunk).functions[0]?.variants[0]?.body);
  expect(bodies[0]).toMatchObject([
    { kind: 'goto', label: 'out' },
    { kind: 'label', name: 'out' },
  ]);
  expect(bodies[1]).toMatchObject([{ kind: 'expr', expr: { kind: 'name', name: 'POSTAMBLE' } }]);
});
