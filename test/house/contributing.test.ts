import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { takeInventory } from '../../server/src/analysis/index.js';
import { createProgram } from '../../server/src/program/index.js';
import type { Rule } from '../../server/src/rules/index.js';
import { createKernelParser } from '../../server/src/syntax/index.js';
import { checkoutRoot, readTracked, trackedFiles } from '../support/tracked-files.js';

/** The rule that CONTRIBUTING writes out, as a newcomer would have it. */
async function ruleOfTheGuide(): Promise<Rule> {
  const source = /```ts\n([\s\S]*?)```/.exec(readTracked('CONTRIBUTING.md'))?.[1] ?? '';
  const { code } = await transform(source, { loader: 'ts', format: 'esm' });
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<string, Rule>;
  const [rule] = Object.values(module);
  if (rule === undefined) throw new Error('the guide exports no rule');
  return rule;
}

it('writes a rule that works as the guide says', async () => {
  const rule = await ruleOfTheGuide();
  expect(rule.page.startsWith(`# ${rule.id}\n`)).toBe(true);

  const root = join(checkoutRoot, 'fixtures/demo');
  const files = new Map(
    trackedFiles('fixtures/demo')
      .filter((file) => /\.[ch]$/.test(file))
      .map((file) => [file.slice('fixtures/demo/'.length), readFileSync(join(checkoutRoot, file), 'utf8')]),
  );
  const program = createProgram({ tree: { root, version: null }, files, parser: await createKernelParser() });
  const inventory = takeInventory(program, { isWanted: () => true });
  const found = rule.run({ program, files: [], inventory, outcomes: new Map(), workloads: [] });
  expect(found.map((f) => [f.file, f.function])).toEqual([
    ['drivers/virtio/virtio_balloon.c', 'virtballoon_validate'],
  ]);
});
