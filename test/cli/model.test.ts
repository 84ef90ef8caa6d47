import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../support/tracked-files.js';
import { program, type Result, vringside } from './support.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-model-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const ESC = '\u001b';

const pef = {
  id: 'pef',
  policy: 'v5.4',
  platform: 'pef',
  device: { class: 'blk', offersAccessPlatform: false, addresses: 'gpa' },
};
const snp = {
  id: 'snp',
  policy: 'v6.12',
  platform: 'sev-snp',
  device: { class: 'blk', offersAccessPlatform: true, addresses: 'gpa' },
};

function lines(...scenarios: readonly unknown[]): string {
  return `${scenarios.map((s) => (typeof s === 'string' ? s : JSON.stringify(s))).join('\n')}\n`;
}

describe('model matrix', () => {
  it('shows the case of 2019: what powerpc saw, what was proposed, what it cost others, and what came', async () => {
    const { status, out, err } = await vringside(['model', 'matrix']);
    expect([status, err]).toEqual([0, '']);
    const row = (name: string): string[] => {
      const line = out.split('\n').find((text) => text.startsWith(name)) ?? '';
      return line.slice(name.length).trim().split(/\s+/);
    };
    expect(row('powerpc PEF')).toEqual(['bounced', 'bounced', 'fault', 'fault', 'bounced', 'fault']);
    expect(row('SME bare metal').slice(3)).toEqual(['direct', '-EINVAL', 'direct']);
    expect(row('AMD SEV ').slice(3)).toEqual(['ciphertext', '-EINVAL', '-ENODEV']);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('ends with a command that shows one differing cell, and that command works', async () => {
    const { out } = await vringside(['model', 'matrix', '--platform', 'pef', '--device', 'no-flag']);
    expect(out).toContain('1 cell differs from v5.4');
    const command = / {2}vringside (model trace .*)\n$/.exec(out)?.[1] ?? '';
    expect(command).toContain('--platform pef --device no-flag --policy rampai-2019');
    const trace = await vringside(command.split(' '));
    expect([trace.status, trace.err]).toEqual([0, '']);
    expect(trace.out).toContain('bounced: the data is copied through a shared bounce buffer');
  });

  it('gives the same bytes twice, and no escapes unless colour is asked for', async () => {
    const args = ['model', 'matrix', '--policy', 'v5.4,v6.12'];
    const first = await vringside([...args, '--color', 'never']);
    expect(first.out).not.toContain(ESC);
    expect((await vringside(args)).out).toBe(first.out);
    const painted = (await vringside([...args, '--color', 'always'])).out;
    expect(painted).toContain(`${ESC}[32mdirect`);
    expect(painted.replace(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(first.out);
  });

  it('writes JSON and a page to a file', async () => {
    const json = join(folder, 'm.json');
    await vringside(['model', 'matrix', '--format', 'json', '--policy', 'v6.12', '--output', json]);
    const { schema, matrix } = JSON.parse(readFileSync(json, 'utf8'));
    expect(schema).toBe('vringside/1');
    expect(matrix.cells).toHaveLength(22);
    const page = join(folder, 'm.html');
    const { status, out } = await vringside(['model', 'matrix', '--format', 'html', '-o', page]);
    expect([status, out]).toEqual([0, '']);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*ciphertext.*<\/html>\n$/s);
    expect(readdirSync(folder).sort()).toEqual(['m.html', 'm.json']);
  });

  it('tells of a driver that clears the flag what it comes to', async () => {
    const args = ['model', 'matrix', '--platform', 'sev', '--policy', 'v6.12', '--class', 'balloon'];
    expect((await vringside(args)).out).toMatch(/AMD SEV +-ENODEV +-ENODEV\n/);
  });
});

describe('names that are none', () => {
  it.each([
    [
      ['matrix', '--platform', 'sevsnp'],
      /no platform 'sevsnp' \(did you mean sev-snp\?\); there are plain, .*hyperv-cvm$/,
    ],
    [
      ['matrix', '--device', 'noflag'],
      /no device 'noflag' \(did you mean no-flag.*\); there are flag, no-flag/,
    ],
    [
      ['matrix', '--policy', 'v2.6'],
      /no policy 'v2\.6'.*; there are v3\.0, .*rampai-2019.*, and any release from v3\.0$/,
    ],
    [['matrix', '--class', 'disk'], /no device class 'disk'; there are blk, net/],
    [['matrix', '--policy', 'tree'], /no tree was given: policy tree needs --tree$/],
    [['matrix', 'pef'], /'model matrix' takes no 'pef'/],
    [['trace', '--platform', 'pef', '--device', 'flag'], /a trace needs --policy, or a FILE/],
    [
      ['trace', '--platform', 'pef,sev', '--device', 'flag', '--policy', 'v5.4'],
      /one --platform, not also 'sev'/,
    ],
    [['run'], /name a FILE of scenarios, or - for standard input/],
    [['list', '--format', 'html'], /--format html is not in this version; there are text and json/],
    [['throughput', '--ring', 'ring'], /--ring is one of split, packed, not 'ring'/],
    [['tarce'], /no command 'model tarce' \(did you mean model trace\?\)/],
  ])('model %j', async (args, complaint) => {
    const { status, out, err } = await vringside(['model', ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err.trim().replace(/ \(see vringside [^)]*\)$/, '')).toMatch(complaint);
  });

  it('answers `model` alone with what there is', async () => {
    const { status, out } = await vringside(['model']);
    expect(status).toBe(0);
    for (const command of ['matrix', 'list', 'trace', 'run'])
      expect(out).toContain(`vringside model ${command}`);
    expect((await vringside(['model', '--help'])).out).toBe(out);
    expect((await vringside(['help', 'model', 'run'])).out).toContain('FILE|-');
  });
});

describe('model list', () => {
  it('names what the other commands take', async () => {
    const { out } = await vringside(['model', 'list']);
    expect(out).toMatch(/^ {2}sev-snp +AMD SEV-SNP \(guests since v5\.19\)$/m);
    const json = JSON.parse((await vringside(['model', 'list', '--format', 'json'])).out);
    expect(Object.keys(json)).toEqual([
      'schema',
      'tool',
      'platforms',
      'devices',
      'policies',
      'backends',
      'outcomes',
    ]);
    const ids = (list: readonly { id: string }[]): string => list.map(({ id }) => id).join(',');
    const args = [
      '--platform',
      ids(json.platforms),
      '--device',
      ids(json.devices),
      '--policy',
      ids(json.policies),
    ];
    const matrix = await vringside(['model', 'matrix', '--format', 'json', ...args]);
    expect([matrix.status, matrix.err]).toEqual([0, '']);
    expect(JSON.parse(matrix.out).matrix.cells).toHaveLength(
      json.platforms.length * json.devices.length * json.policies.length,
    );
  });
});

describe('model trace', () => {
  it('shows the steps of a scenario of a file as those of the same names', async () => {
    const file = put('scenario.json', JSON.stringify({ ...pef, dmaAddress: 'equal' }, null, 2));
    const named = ['--platform', 'pef', '--device', 'no-flag', '--policy', 'v5.4'];
    const byName = await vringside(['model', 'trace', ...named]);
    expect((await vringside(['model', 'trace', file])).out).toBe(byName.out);
    expect(byName.out).toMatch(/^boot\n.*\nnegotiation\n.*\nring\n.*\nrequest 1\n.*\nend\n/ms);
    expect(byName.out).toMatch(/^ +\d+ {2}device {4}read +0x[0-9a-f]+ +4096 {2}the access faults$/m);
  });

  it('gives programs every step', async () => {
    const args = ['--platform', 'sev-snp', '--device', 'flag', '--policy', 'v6.12', '--format', 'json'];
    const { trace } = JSON.parse((await vringside(['model', 'trace', ...args])).out);
    expect(trace.result).toMatchObject({ outcome: 'bounced', counts: { copiesToDevice: 8 } });
    expect(trace.steps.map((s: { number: number }) => s.number)).toEqual(
      trace.steps.map((_: unknown, i: number) => i + 1),
    );
    const copies = trace.steps.filter((s: { what: string }) => s.what === 'bounce copy to the device');
    expect(copies).toHaveLength(8);
    const again = await vringside(['model', 'run', put('again.jsonl', lines(trace.scenario))]);
    const { why: _, ...result } = trace.result;
    expect(JSON.parse(again.out)).toEqual(result);
  });

  it('names a file that holds no scenario, and what is wrong: 3', async () => {
    const file = put('bad.json', JSON.stringify({ ...pef, colour: 'red' }));
    const { status, err } = await vringside(['model', 'trace', file]);
    expect([status, err]).toEqual([3, `vringside: ${file}: Unrecognized key: "colour"\n`]);
    expect((await vringside(['model', 'trace', join(folder, 'none')])).status).toBe(3);
    expect((await vringside(['model', 'trace', file, '--platform', 'pef'])).status).toBe(2);
  });
});

describe('model run', () => {
  it('answers line by line, in order, under the ids that were given', async () => {
    const file = put('s.jsonl', lines(pef, snp, { ...pef, id: undefined }));
    const { status, out, err } = await vringside(['model', 'run', file]);
    expect([status, err]).toEqual([0, '']);
    const results = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results.map((r) => [r.id, r.outcome])).toEqual([
      ['pef', 'fault'],
      ['snp', 'bounced'],
      [null, 'fault'],
    ]);
    expect((await vringside(['model', 'run', file])).out).toBe(out);
  });

  it('answers the rest when a line is no scenario, names file, line and cause, and exits with 3', async () => {
    const bad = { ...snp, id: 'bad', platform: 'sgx', swiotlb: { slot: 1 } };
    const file = put('s.jsonl', lines(pef, 'not json', '', bad, { ...snp, policy: 'tree' }, snp));
    const { status, out, err } = await vringside(['model', 'run', file]);
    expect(status).toBe(3);
    const results = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results.map((r) => [r.id, r.outcome ?? 'error'])).toEqual([
      ['pef', 'fault'],
      [null, 'error'],
      ['bad', 'error'],
      ['snp', 'error'],
      ['snp', 'bounced'],
    ]);
    expect(Object.keys(results[1])).toEqual(['id', 'error']);
    const complaints = err.trimEnd().split('\n');
    expect(complaints).toHaveLength(3);
    expect(complaints[0]).toMatch(/:2: .*not json/);
    expect(complaints[1]).toMatch(/s\.jsonl:4: platform: .*; swiotlb: Unrecognized key: "slot"$/);
    expect(complaints[2]).toMatch(/:5: no tree was given: policy tree needs --tree$/);
  });

  it('says so when there is nothing to answer: 3, and a missing file: 3', async () => {
    const empty = await vringside(['model', 'run', put('empty', '\n\n')]);
    expect([empty.status, empty.out]).toEqual([3, '']);
    expect(empty.err).toMatch(/empty: there is no scenario in it\n$/);
    const missing = await vringside(['model', 'run', join(folder, 'none')]);
    expect([missing.status, missing.out]).toEqual([3, '']);
    expect(missing.err).toMatch(/none: no such file or folder\n$/);
  });

  it('takes lines that end as on Windows or not at all, in any encoding but UTF-8 only', async () => {
    const text = Buffer.concat([
      Buffer.from(`${JSON.stringify({ ...pef, id: 'é\u2028' })}\r\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(JSON.stringify(snp)),
    ]);
    const file = join(folder, 's');
    writeFileSync(file, text);
    const { status, out, err } = await vringside(['model', 'run', file]);
    expect(status).toBe(3);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['é\u2028', null, 'snp']);
    expect(err).toMatch(/s:2: the line is not UTF-8\n$/);
  });

  it('passes over a line no scenario can be as long as', async () => {
    const file = put('s.jsonl', lines(pef, `"${'x'.repeat(3 << 20)}"`, snp));
    const { out, err } = await vringside(['model', 'run', file]);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['pef', null, 'snp']);
    expect(err).toMatch(/:2: the line is longer than 1048576 bytes\n$/);
  });

  it('leaves no file behind when the input can not be read', async () => {
    const file = join(folder, 'out.jsonl');
    expect((await vringside(['model', 'run', folder, '--output', file])).status).toBe(3);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('answers a program that waits for each answer', async () => {
    const talk = conversation(['model', 'run', '-']);
    expect(JSON.parse(await talk.ask(lines(pef)))).toMatchObject({ id: 'pef' });
    expect(JSON.parse(await talk.ask(lines(snp)))).toMatchObject({ id: 'snp' });
    expect(await talk.end()).toBe(0);
  });

  it('stops when nobody reads on, however much there is to answer', async () => {
    const file = put('many.jsonl', lines(pef).repeat(100_000));
    let first = '';
    const result: Result = await vringside(['model', 'run', file], {
      onData: (text) => {
        first += text;
        return false;
      },
    });
    expect(first.startsWith('{"id":"pef"')).toBe(true);
    expect([result.status, result.err]).toEqual([0, '']);
  });
});

/** A program on the other side of a pipe: one line asked, one answered. */
function conversation(args: readonly string[]): {
  ask: (line: string) => Promise<string>;
  end: () => Promise<number | null>;
} {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: checkoutRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8');
  return {
    ask: (line) =>
      new Promise((done) => {
        child.stdout.once('data', done);
        child.stdin.write(line);
      }),
    end: () =>
      new Promise((done) => {
        child.on('close', done);
        child.stdin.end();
      }),
  };
}
