import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';

let made: string | null = null;

/** The .vsix of what is built, packed once a run. */
export function packedExtension(): string {
  if (made === null) {
    const folder = mkdtempSync(join(tmpdir(), 'vringside-vsix-'));
    const said = execFileSync(process.execPath, [join(checkoutRoot, 'client/package.mjs'), folder], {
      encoding: 'utf8',
    });
    made = said.trim().split('\n').at(-1) as string;
  }
  return made;
}
