import { expect, it } from 'vitest';
import { toolVersion } from '../../server/src/report/version.js';
import { readTracked, trackedFiles } from '../support/tracked-files.js';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifests = ['package.json', 'server/package.json', 'grammars/package.json', 'client/package.json'];

function manifest(path: string): Manifest {
  return JSON.parse(readTracked(path)) as Manifest;
}

it('has one version everywhere, with an entry in the changelog', () => {
  expect(manifests.map((path) => manifest(path).version)).toEqual(manifests.map(() => toolVersion));
  expect(readTracked('CHANGELOG.md')).toContain(`## ${toolVersion}`);
});

it('gives a reason for every dependency', () => {
  const contributing = readTracked('CONTRIBUTING.md');
  for (const path of manifests) {
    const { dependencies = {}, devDependencies = {} } = manifest(path);
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      if (!name.startsWith('@vringside/')) expect(contributing, name).toContain(`| \`${name}\` |`);
    }
  }
});

it('installs from whatever registry the user has: the lockfile names none', () => {
  const { packages } = JSON.parse(readTracked('package-lock.json')) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const hosts = Object.entries(packages).filter(
    ([, entry]) => entry.resolved !== undefined && entry.link !== true,
  );
  expect(hosts.map(([name]) => name)).toEqual([]);
});

it("holds no path of anybody's machine", () => {
  const text = /\.(?:ts|mjs|js|json|md|yml|c|h|tsv)$|^\.ci\/run$/;
  const machine = new RegExp(['/home/\\w', '/root/', '/Users/\\w', '[A-Z]:\\\\Users'].join('|'));
  const wrong = trackedFiles().filter((file) => text.test(file) && machine.test(readTracked(file)));
  expect(wrong.filter((file) => file !== 'test/house/packages.test.ts')).toEqual([]);
});

it('has only C of its own in the fixtures: none carries a kernel licence or copyright', () => {
  const kernel = /SPDX-License-Identifier:\s*(?:\(?GPL|LGPL)|Copyright\b/;
  const wrong = trackedFiles('fixtures').filter(
    (file) => /\.[ch]$/.test(file) && kernel.test(readTracked(file)),
  );
  expect(wrong).toEqual([]);
});
