/** The fixtures with expectations written in them (test/support/markers.ts says how), each run through the analysis. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyseSources } from '../../server/src/service/analyse.js';
import { parseFixture, unmetExpectations } from '../support/markers.js';
import { checkoutRoot } from '../support/tracked-files.js';

/** Folders of marked fixtures, and what each shows. */
const folders = {
  traps: 'traps of kernel C',
  guards: 'forms a guard takes',
  kinds: 'kinds of sites under other names',
  eras: 'kernels before and after',
  drivers: 'drivers that get it wrong',
  lookalikes: 'what only looks like a bypass',
} as const;

const root = join(checkoutRoot, 'fixtures');

function fixturesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.c'))
    .sort();
}

function read(path: string) {
  return parseFixture(readFileSync(path, 'utf8'), path.slice(root.length + 1));
}

async function problemsOf(folder: string, name: string): Promise<string[]> {
  const fixture = read(join(root, folder, name));
  const files = new Map<string, string>();
  for (const base of fixture.bases)
    for (const [file, text] of read(join(root, folder, base)).files) files.set(file, text);
  for (const [file, text] of fixture.files) files.set(file, text);
  const report = await analyseSources(files);
  const failures = report.notAnalysed.map((n) => `${folder}/${name}: not analysed: ${n.file}: ${n.reason}`);
  return [...failures, ...unmetExpectations(fixture, report.sites, `fixtures/${folder}/${name}`)];
}

for (const [folder, title] of Object.entries(folders)) {
  describe(title, () => {
    it.each(fixturesIn(folder))('%s', async (name) => {
      expect(await problemsOf(folder, name)).toEqual([]);
    });
  });
}

describe('the set of fixtures', () => {
  it('has one for each trap', () => {
    const numbers = fixturesIn('traps').map((name) => Number(name.slice(0, 2)));
    expect(numbers).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });

  it('expects something of each', () => {
    for (const folder of Object.keys(folders)) {
      for (const name of fixturesIn(folder)) {
        const { markers, title } = read(join(root, folder, name));
        expect(title.trim(), name).not.toBe('');
        expect(markers.length + (/nothing/i.test(title) ? 1 : 0), name).toBeGreaterThan(0);
      }
    }
  });
});
