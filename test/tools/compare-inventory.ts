/**
 * How well a report of `vringside sites --format json` agrees with the hand-labelled inventory of the same tree.
 *
 *     npm run inventory -- REPORT.json 6.12 [--min-recall 0.98] [--min-precision 0.95] [--min-features 0.99]
 *                                           [--min-guards 0.95] [--source DIR] [--limit N] [--json]
 *
 * Exit status: 0 every figure reaches its threshold, 1 one does not, 2 wrong usage.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../../server/src/report/report.js';
import { compareInventory, type Figures, figuresOf, readInventory } from '../support/inventory.js';
import { comparisonText } from '../support/inventory-text.js';

const thresholdOptions = {
  'min-recall': ['bypassRecall'],
  'min-precision': ['bypassPrecision'],
  'min-features': ['coreRecall'],
  'min-guards': ['bypassGuards', 'coreGuards'],
} as const satisfies Record<string, readonly (keyof Figures)[]>;

type ThresholdOption = keyof typeof thresholdOptions;

function main(): number {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      'min-recall': { type: 'string' },
      'min-precision': { type: 'string' },
      'min-features': { type: 'string' },
      'min-guards': { type: 'string' },
      source: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const [reportFile, version] = positionals;
  if (reportFile === undefined || (version !== '6.12' && version !== '6.1')) {
    process.stderr.write('usage: compare-inventory REPORT.json 6.12|6.1 [options]\n');
    return 2;
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const comparison = compareInventory(
    report.sites,
    readInventory(version),
    sourceReader(values.source ?? report.tree.root),
  );
  const figures = figuresOf(comparison);
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
  const text = values.json === true ? JSON.stringify(figures, null, 2) : comparisonText(comparison, limit);
  process.stdout.write(`${text}\n`);
  return shortfalls(figures, values).length === 0 ? 0 : 1;
}

function shortfalls(figures: Figures, values: Partial<Record<ThresholdOption, string>>): string[] {
  const found: string[] = [];
  for (const option of Object.keys(thresholdOptions) as ThresholdOption[]) {
    const wanted = values[option];
    if (wanted === undefined) continue;
    for (const name of thresholdOptions[option]) {
      if (figures[name] >= Number(wanted)) continue;
      found.push(name);
      process.stderr.write(`${name} is ${figures[name].toFixed(4)}, below --${option} ${wanted}\n`);
    }
  }
  return found;
}

/** Files of the tree, each read once; null where it can't be. */
function sourceReader(root: string): (file: string) => string | null {
  const known = new Map<string, string | null>();
  return (file) => {
    let text = known.get(file);
    if (text === undefined) {
      text = readOrNull(join(root, file));
      known.set(file, text);
    }
    return text;
  };
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

process.exitCode = main();
