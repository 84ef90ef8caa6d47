import { execFileSync } from 'node:child_process';

/** True when the program is there. In CI a missing one is an error: nothing is skipped there. */
export function isInstalled(program: string, packageName: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI !== undefined)
      throw new Error(`${program} is missing: apt-get install ${packageName}`);
    process.stderr.write(`\n*** SKIPPED: no ${program}: apt-get install ${packageName}\n\n`);
    return false;
  }
}
