import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True when the program is there. In CI a missing one is an error: nothing is skipped there. */
export function isInstalled(program: string, packageName: string): boolean {
  if ((process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)))) {
    return true;
  }
  if (process.env.CI !== undefined) throw new Error(`${program} is missing: apt-get install ${packageName}`);
  process.stderr.write(`\n*** SKIPPED: no ${program}: apt-get install ${packageName}\n\n`);
  return false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
