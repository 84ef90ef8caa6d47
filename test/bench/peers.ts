/** The tools that are measured beside: where they are, and their versions. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AST_GREP = '0.51.1';

/** The program itself, not its JavaScript wrapper. Installed into a temporary folder when it is not there. */
export function astGrepProgram(): string {
  const folder = join(tmpdir(), `vringside-bench-ast-grep-${AST_GREP}`);
  const program = join(folder, 'node_modules', '@ast-grep', `cli-linux-${process.arch}-gnu`, 'ast-grep');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', `@ast-grep/cli@${AST_GREP}`], {
      stdio: 'inherit',
    });
  }
  return program;
}

/** What must be there; apt-get installs them. */
export function missingPrograms(): readonly string[] {
  const packages = { '/usr/bin/time': 'time', rg: 'ripgrep', spatch: 'coccinelle' };
  return Object.entries(packages)
    .filter(([program]) => firstLine(program, ['--version']) === null)
    .map(([, name]) => name);
}

export function versions(): readonly string[] {
  return [
    firstLine('rg', ['--version']),
    firstLine(astGrepProgram(), ['--version']),
    firstLine('spatch', ['--version'])?.replace(/ compiled.*/, '') ?? null,
  ].map((line) => line ?? 'a tool that is missing');
}

function firstLine(program: string, args: readonly string[]): string | null {
  try {
    return (
      execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ??
      ''
    );
  } catch {
    return null;
  }
}
