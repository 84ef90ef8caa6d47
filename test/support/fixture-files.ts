/** The marked fixtures on disk: which there are, and the texts each gives to the analysis. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fixture, parseFixture } from './markers.js';
import { checkoutRoot } from './tracked-files.js';

/** Folders of marked fixtures, and what each shows. */
export const fixtureFolders = {
  traps: 'traps of kernel C',
  guards: 'forms a guard takes',
  kinds: 'kinds of sites under other names',
  eras: 'kernels before and after',
  drivers: 'drivers that get it wrong',
  lookalikes: 'what only looks like a bypass',
} as const;

export interface LoadedFixture {
  readonly fixture: Fixture;
  /** Files of the fixture and of its bases. */
  readonly files: ReadonlyMap<string, string>;
}

const root = join(checkoutRoot, 'fixtures');

export function fixturesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.c'))
    .sort();
}

export function loadFixture(folder: string, name: string): LoadedFixture {
  const fixture = read(join(root, folder, name));
  const bases = fixture.bases.flatMap((base) => [...read(join(root, folder, base)).files]);
  return { fixture, files: new Map([...bases, ...fixture.files]) };
}

function read(path: string): Fixture {
  return parseFixture(readFileSync(path, 'utf8'), path.slice(checkoutRoot.length));
}
