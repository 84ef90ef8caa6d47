/** The tables that come with the program: server/data in a checkout, data beside the programs in the package. */
import { readFileSync } from 'node:fs';
import type { Figures } from './index.js';

const tables = [
  'published.tsv',
  'processor-time.tsv',
  'reference-machine.tsv',
  'kernel-6.1.tsv',
  'kernel-6.12.tsv',
] as const;

/** From dist/cli.js, and from src/validation/bundled.ts. */
const folders = ['../data/', '../../data/'] as const;

export function bundledFigures(): readonly Figures[] {
  return tables.map((file) => ({ file, text: readTable(file) }));
}

function readTable(file: string): string {
  for (const folder of folders) {
    try {
      return readFileSync(new URL(`${folder}${file}`, import.meta.url), 'utf8');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Error(`${file} is not where the program was installed`);
}
