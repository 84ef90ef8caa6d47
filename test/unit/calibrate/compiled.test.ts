import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCompiler, trustedPath } from '../../../server/src/calibrate/compiled/find-compiler.js';
import {
  compilerFlags,
  measureCompiled,
  programText,
} from '../../../server/src/calibrate/compiled/measure.js';
import { parseOutput } from '../../../server/src/calibrate/compiled/output.js';
import { runProgram } from '../../../server/src/calibrate/compiled/run-program.js';
import { median } from '../../../server/src/calibrate/statistics.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-compiled-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(path: string, text = '#!/bin/sh\nexit 0\n'): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return join(file, '..');
}

describe('the compiler', () => {
  it('is the first of cc, gcc and clang on the PATH', () => {
    const both = [program('one/gcc'), program('two/cc')];
    expect(findCompiler(both.join(delimiter))).toBe(join(folder, 'two/cc'));
    expect(findCompiler(both[0]!)).toBe(join(folder, 'one/gcc'));
    expect(findCompiler('')).toBeNull();
  });

  it('is never one of the current folder, of a package, or of a relative folder', () => {
    const own = program('work/tools/cc');
    const packaged = program('node_modules/.bin/cc');
    const path = ['.', 'bin', '', own, packaged].join(delimiter);
    for (const cwd of [folder, join(folder, 'work'), join(folder, 'work/tools')]) {
      expect(trustedPath(path, cwd), cwd).toBe('');
    }
    expect(trustedPath(path, join(folder, 'wor'))).toBe(own);
    symlinkSync(own, join(folder, 'link'));
    expect(trustedPath(join(folder, 'link'), join(folder, 'work'))).toBe('');
    expect(trustedPath('/usr/bin', '/')).toBe('/usr/bin');
  });
});

describe('starting a program', () => {
  const started = { args: [], folder: tmpdir(), path: process.env.PATH ?? '', timeoutMs: 5_000 };

  it('gives it no surroundings but the PATH', async () => {
    program('env/show', '#!/bin/sh\nenv\n');
    const { lines } = await runProgram({ ...started, program: join(folder, 'env/show') });
    const names = lines.map((line) => line.split('=')[0]);
    expect(
      names.filter((name) => !['PATH', 'LC_ALL', 'TMPDIR', 'PWD', 'SHLVL', '_', 'OLDPWD'].includes(name!)),
    ).toEqual([]);
  });

  it('says why it failed, or that it took too long', async () => {
    program('bad/show', '#!/bin/sh\necho "x.c:1: error: no" >&2\nexit 1\n');
    expect(await runProgram({ ...started, program: join(folder, 'bad/show') })).toMatchObject({
      isOk: false,
      reason: 'x.c:1: error: no',
    });
    expect((await runProgram({ ...started, program: join(folder, 'not/there') })).reason).toContain('ENOENT');
    program('slow/show', '#!/bin/sh\nexec sleep 60\n');
    const slow = await runProgram({ ...started, program: join(folder, 'slow/show'), timeoutMs: 50 });
    expect(slow).toMatchObject({ isOk: false, reason: 'ended by SIGKILL' });
  });
});

describe('what the program prints', () => {
  it('is read line by line', () => {
    const output = parseOutput(['note cores one', 'run a-1 12.5', 'run a-1 1e3', 'note disturbed b', 'done']);
    expect(output?.samples).toEqual(new Map([['a-1', [12.5, 1000]]]));
    expect([output?.placement, [...(output?.disturbed ?? [])]]).toEqual(['one core', ['b']]);
  });

  it.each([[['run a 1']], [['run a -1', 'done']], [['run a nan', 'done']], [['hello', 'done']], [[]]])(
    'is nothing at all when it is %j',
    (lines) => {
      expect(parseOutput(lines)).toBeNull();
    },
  );
});

const compiler = process.platform === 'linux' ? findCompiler(process.env.PATH ?? '') : null;
if (compiler === null) {
  if (process.env.CI) throw new Error('no C compiler: the compiled measurements cannot be tested');
  console.warn('SKIPPED: the compiled measurements, for there is no C compiler on Linux here');
}

describe.skipIf(compiler === null)('the program itself', () => {
  it('compiles without a warning', () => {
    const text = programText() ?? '';
    const sources = readdirSync(text).filter((name) => name.endsWith('.c'));
    const warnings = ['-Wall', '-Wextra', '-Werror'];
    const args = [...compilerFlags, ...warnings, '-o', join(folder, 'measure'), ...sources, '-lm'];
    const run = spawnSync(compiler ?? '', args, { cwd: text, encoding: 'utf8' });
    expect([run.stderr, run.status]).toEqual(['', 0]);
  });

  it('measures what is physically possible, and leaves no folder behind', async () => {
    const ours = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('vringside-calibrate-'));
    const before = ours();
    const path = process.env.PATH ?? '';
    const steps: string[] = [];
    const measured = await measureCompiled({
      path,
      cwd: '/nowhere',
      isQuick: true,
      coldMebibytes: 256,
      onProgress: ({ done, total, what }) => steps.push(`${what} ${done}/${total}`),
    });
    expect(measured).toMatchObject({ kind: 'measured' });
    if (measured.kind !== 'measured') return;
    expect(ours().filter((name) => !before.includes(name))).toEqual([]);
    const { samples, disturbed } = measured.output;
    const typical = (name: string): number => median(samples.get(name) ?? []);
    const names = [
      'copy-hot-8k',
      'copy-hot-64k',
      'copy-cold-64k',
      'copy-cold-256k',
      'slot-pair',
      'probe-16384',
    ];
    expect(names.filter((name) => !samples.has(name) && !disturbed.has(name))).toEqual([]);
    // Where other programs left a run alone. 16384 slots looked at take longer than one found.
    const orders = [
      ['copy-hot-8k', 'copy-cold-64k'],
      ['copy-hot-64k', 'copy-cold-256k'],
      ['slot-pair', 'probe-16384'],
    ] as const;
    const wrong = orders.filter(([less, more]) => typical(less) >= typical(more));
    expect(wrong).toEqual([]);
    expect(steps.filter((step) => !/^measuring [\w-]+ \d+\/51$/.test(step))).toEqual([]);
    expect(steps.length).toBeLessThanOrEqual(51);
  });
});
