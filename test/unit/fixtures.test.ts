/** The fixtures with expectations written in them (test/support/markers.ts says how), each run through the analysis. */
import { describe, expect, it } from 'vitest';
import type { Site } from '../../server/src/analysis/site.js';
import { analyseSources } from '../../server/src/service/analyse.js';
import { fixtureFolders, fixturesIn, loadFixture } from '../support/fixture-files.js';
import { unmetExpectations } from '../support/markers.js';
import { relaid } from '../support/relayout.js';

async function problemsOf(folder: string, name: string): Promise<string[]> {
  const { fixture, files } = loadFixture(folder, name);
  const report = await analyseSources(files);
  const failures = report.notAnalysed.map((n) => `${folder}/${name}: not analysed: ${n.file}: ${n.reason}`);
  return [...failures, ...unmetExpectations(fixture, report.sites, `fixtures/${folder}/${name}`)];
}

for (const [folder, title] of Object.entries(fixtureFolders)) {
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
    for (const folder of Object.keys(fixtureFolders)) {
      for (const name of fixturesIn(folder)) {
        const { markers, title } = loadFixture(folder, name).fixture;
        expect(title.trim(), name).not.toBe('');
        expect(markers.length + (/nothing/i.test(title) ? 1 : 0), name).toBeGreaterThan(0);
      }
    }
  });
});

/** What a site says apart from where it stands. */
function saying(site: Site): string {
  const expression = site.expression.replace(/\/\*.*?\*\/|\s+/gs, '').slice(0, 40);
  return [
    site.file,
    site.function,
    site.kind,
    site.feature ?? '',
    expression,
    site.guard?.resolved ?? '-',
  ].join(' | ');
}

describe('sites do not hang on the layout', () => {
  const cases = Object.keys(fixtureFolders).flatMap((folder) =>
    fixturesIn(folder).map((name) => [folder, name] as const),
  );

  it.each(cases)('%s/%s with other blanks, breaks and comments', async (folder, name) => {
    const { files } = loadFixture(folder, name);
    const other = new Map([...files].map(([file, text]) => [file, relaid(text)]));
    const [before, after] = await Promise.all([analyseSources(files), analyseSources(other)]);
    expect([...before.notAnalysed, ...after.notAnalysed]).toEqual([]);
    expect(after.sites.map(saying).sort()).toEqual(before.sites.map(saying).sort());
  });

  it.each(cases)('%s/%s with carriage returns', async (folder, name) => {
    const { files } = loadFixture(folder, name);
    const other = new Map([...files].map(([file, text]) => [file, text.replaceAll('\n', '\r\n')]));
    const [before, after] = await Promise.all([analyseSources(files), analyseSources(other)]);
    const withPlace = (s: Site): string => `${saying(s)} ${s.range.start.line}:${s.range.start.column}`;
    expect(after.sites.map(withPlace)).toEqual(before.sites.map(withPlace));
  });
});
