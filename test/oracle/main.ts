/**
 * Boots Debian's kernels under software emulation, counts what they do, and holds the model to it:
 *
 *     npm run oracle -- [--quick] [--release 6.1|6.12] [--only BOOT,BOOT,...] [--list] [--rows FILE]
 *
 * Without `--quick` every boot is taken, and the rows are kept in server/data/kernel-RELEASE.tsv; with `--only` those of
 * the named boots replace theirs. `--quick` is a boot of each kernel, and keeps nothing. `--rows` boots nothing: it
 * compares the rows of a file. Exit status: 0 all equal, 1 something differs or failed, 2 wrong usage or a missing
 * program.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenario } from '../../server/src/model/index.js';
import { answerOf, compare } from '../../server/src/validation/kernel-counts/compare.js';
import { nameOf, type Row, rowsOf, tableOf } from '../../server/src/validation/kernel-counts/row.js';
import { checkoutRoot } from '../support/tracked-files.js';
import { type Boot, boots, quickBoots, type Release, releases } from './boots.js';
import { needed, runBoot } from './emulator.js';
import { type Kernel, kernelOf } from './kernels.js';
import { transcriptOf } from './transcript.js';

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      release: { type: 'string' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      rows: { type: 'string' },
    },
  });
  if (values.rows !== undefined) return report(rowsOf(readFileSync(values.rows, 'utf8'))) ? 0 : 1;
  const chosen = chosenBoots(values.quick, values.only?.split(','));
  const kernels = releases.filter((release) => values.release === undefined || release === values.release);
  if (kernels.length === 0) console.error(`no release ${values.release}; there are ${releases.join(', ')}`);
  if (chosen === null || kernels.length === 0) return 2;
  if (values.list) {
    for (const { id, setup, suite } of chosen) console.log(`${id}: ${setup}, suite ${suite}`);
    return 0;
  }
  if (!hasPrograms()) return 2;
  const keeping = values.quick ? 'keep nothing' : values.only === undefined ? 'replace all' : 'replace taken';
  let isGood = true;
  for (const release of kernels) isGood = (await take(release, chosen, keeping)) && isGood;
  return isGood ? 0 : 1;
}

function chosenBoots(isQuick: boolean, only: readonly string[] | undefined): readonly Boot[] | null {
  const all = isQuick ? quickBoots : boots;
  const unknown = only?.filter((id) => !all.some((boot) => boot.id === id)) ?? [];
  if (unknown.length === 0) return all.filter(({ id }) => only?.includes(id) ?? true);
  console.error(`unknown: ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}`);
  return null;
}

function hasPrograms(): boolean {
  const missing = [...needed].filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return true;
  console.error(`missing: apt-get install ${missing.map(([, name]) => name).join(' ')}`);
  return false;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What becomes of rows kept before: all give way, those taken anew do, or nothing is written. */
type Keeping = 'replace all' | 'replace taken' | 'keep nothing';

/** Takes the boots on one kernel one after another, keeps their rows, and reports on them. */
async function take(release: Release, chosen: readonly Boot[], keeping: Keeping): Promise<boolean> {
  const kernel = kernelOf(release);
  const kept = keeping === 'replace taken' ? keptRows(release) : [];
  const taken: Row[] = [];
  let isGood = true;
  for (const boot of chosen.filter((each) => each.releases.includes(release))) {
    const rows = await rowsOfBoot(kernel, boot);
    taken.push(...(rows ?? []));
    if (rows === null || !report(rows)) isGood = false;
    if (keeping !== 'keep nothing') keep(release, kernel, kept, taken);
  }
  return isGood;
}

async function rowsOfBoot(kernel: Kernel, boot: Boot): Promise<readonly Row[] | null> {
  const from = performance.now();
  try {
    const { rows, troubles } = transcriptOf(boot, await runBoot(kernel, boot));
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    console.log(`\n== ${kernel.packageName} ${boot.id}: ${rows.length} rows in ${seconds} s`);
    for (const trouble of troubles) console.log(`   in the guest: ${trouble}`);
    return rows;
  } catch (error) {
    console.error(`\n== ${kernel.packageName} ${boot.id}: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

function fileOf(release: Release): string {
  return join(checkoutRoot, 'server', 'data', `kernel-${release}.tsv`);
}

function keptRows(release: Release): Row[] {
  return existsSync(fileOf(release)) ? rowsOf(readFileSync(fileOf(release), 'utf8')) : [];
}

/** Rows of boots not taken this time stay as they were. Written after each boot, so that an interrupted run is not lost. */
function keep(release: Release, kernel: Kernel, kept: readonly Row[], taken: readonly Row[]): void {
  const fresh = new Set(taken.map(nameOf));
  const stay = kept.filter((row) => !fresh.has(nameOf(row)));
  const remark = `Counts of ${kernel.packageName} under QEMU's software emulation: npm run oracle -- --release ${release}`;
  writeFileSync(fileOf(release), tableOf([...stay, ...taken], [remark]));
}

/** Says what differs, and how many rows of each verdict there are. True: nothing differs. */
function report(rows: readonly Row[]): boolean {
  const counts = { equal: 0, different: 0, 'not compared': 0 };
  const reasons = new Map<string, number>();
  for (const row of rows) {
    const verdict = compare(row, (scenario) => answerOf(runScenario(scenario)));
    counts[verdict.kind] += 1;
    if (verdict.kind === 'not compared') reasons.set(verdict.why, (reasons.get(verdict.why) ?? 0) + 1);
    if (verdict.kind === 'different')
      for (const { what, kernel, answer } of verdict.differences)
        console.log(`   DIFFERS ${nameOf(row)}: ${what}: kernel ${kernel}, model ${answer}`);
  }
  console.log(
    `   ${counts.equal} equal, ${counts.different} different, ${counts['not compared']} not compared`,
  );
  for (const [why, count] of reasons) console.log(`   not compared, ${count}: ${why}`);
  return counts.different === 0;
}
