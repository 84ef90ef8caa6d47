import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CalibrateOptions, type Profile, profileText } from '../../../server/src/calibrate/index.js';
import { run } from '../../../server/src/cli/run.js';
import type { Io, Services } from '../../../server/src/cli/services.js';
import { calibrationToText } from '../../../server/src/report/calibration/text.js';
import { plainStyle } from '../../../server/src/report/style.js';
import { profile, profileOf } from './example.js';

let folder: string;
let asked: CalibrateOptions[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-calibrate-command-'));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function calibrating(...args: readonly string[]) {
  let out = '';
  let err = '';
  const io: Io = {
    cwd: folder,
    env: { XDG_CACHE_HOME: join(folder, 'cache'), PATH: '/usr/bin' },
    stdout: { isTTY: false, columns: null },
    stderr: {
      isTTY: false,
      columns: 80,
      write: (text: string | Uint8Array) => {
        err += String(text);
        return true;
      },
    },
    stdin: async function* () {},
    print: (text) => {
      out += text;
      return true;
    },
    version: '9.9.9',
  };
  const calibrate = async (options: CalibrateOptions): Promise<Profile> => {
    asked.push(options);
    return profile;
  };
  const status = await run(['model', 'calibrate', ...args], io, { calibrate } as unknown as Services);
  return { status, out, err };
}

it("keeps the profile in the user's cache folder, or where --output says", async () => {
  const { status, out, err } = await calibrating();
  const file = join(folder, 'cache/vringside/profile.json');
  expect([status, err]).toEqual([0, '']);
  expect(readFileSync(file, 'utf8')).toBe(profileText(profile));
  expect(out).toContain(`Kept in ${file}\n`);
  expect((await calibrating('--output', 'here.json')).out).toContain('Kept in here.json\n');
  expect(readFileSync(join(folder, 'here.json'), 'utf8')).toBe(profileText(profile));
});

it('starts programs unless asked not to, and measures shortly when asked', async () => {
  await calibrating();
  await calibrating('--no-compiler', '--quick');
  expect(asked.map(({ useCompiler, isQuick }) => [useCompiler, isQuick])).toEqual([
    [true, false],
    [false, true],
  ]);
});

it('says what is wrong before it measures, and when the profile cannot be kept', async () => {
  const extra = await calibrating('now');
  expect([extra.status, extra.err.split('\n')[0], asked]).toEqual([
    2,
    "vringside: 'model calibrate' takes no 'now' (see vringside model calibrate --help)",
    [],
  ]);
  const nowhere = await calibrating('--output', 'no/such/folder.json');
  expect([nowhere.status, nowhere.out]).toEqual([2, '']);
  expect(existsSync(join(folder, 'no'))).toBe(false);
});

it('answers scripts with the figures, the built-in ones and where they lie', async () => {
  const json = JSON.parse((await calibrating('--format', 'json', '--output', 'p.json')).out);
  expect(json.schema).toBe('vringside/1');
  expect(json.calibration.file).toBe('p.json');
  const slots = json.calibration.figures.find(({ key }: { key: string }) => key === 'slotPairNs');
  expect(slots).toMatchObject({ measured: { median: 50, by: 'compiled' }, place: 'inside', leftOut: null });
});

function text(changes: Partial<Profile>, isQuiet = false): string {
  return calibrationToText(profileOf(profile.figures, changes), {
    file: 'p.json',
    style: plainStyle,
    isQuiet,
  });
}

it('shows the table, what is outside the built-in range, and what was left out', () => {
  const shown = text({
    leftOut: [{ figure: 'lockHandOverNs', reason: 'takes two processors, and there is one' }],
  });
  expect(shown).toMatch(/^slots found and given back +ns +50\.0 +45\.0-60\.0 +\S+$/m);
  expect(shown).toMatch(/^split ring, one there and back .*above the range$/m);
  expect(shown).toContain(
    'Left out, takes two processors, and there is one: lock taken over from another CPU.',
  );
  expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('warns of a busy machine, of short runs and of one core, and only then', () => {
  const { machine } = profile;
  expect(text({})).not.toMatch(/busy|Quick|one core/);
  expect(text({ machine: { ...machine, loadBefore: 2.4 } })).toContain('The machine was busy (load 2.40)');
  expect(text({ isQuick: true })).toContain('Quick: few and short runs');
  expect(text({ machine: { ...machine, placement: 'one core' } })).toContain('Both threads ran on one core');
  expect(text({ isQuick: true }, true)).not.toContain('Quick');
});

it('strips a processor name of what would drive the terminal', () => {
  const name = `Evil${String.fromCharCode(27)}[2J`;
  expect(text({ machine: { ...profile.machine, cpu: name } })).not.toContain(String.fromCharCode(27));
});
