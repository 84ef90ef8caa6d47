import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Bundles the programs once before the tests that start them, so that they test the code as it stands. */
export default function setup(): void {
  for (const part of ['server', 'client']) {
    const script = fileURLToPath(new URL(`../../${part}/build.mjs`, import.meta.url));
    execFileSync(process.execPath, [script], { stdio: 'inherit' });
  }
}
