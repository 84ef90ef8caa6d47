import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const clangdProgram = 'clangd-19';

/** Options of gcc that clang does not know. */
const gccOnly =
  /^-(f(no-)?(allow-store-data-races|conserve-stack|stack-clash-protection)|mpreferred-stack-boundary=.*|mskip-rax-setup|mindirect-branch.*|mfunction-return.*|mrecord-mcount|Wp,.*|falign-jumps=.*|falign-loops=.*|Wno-(alloc-size-larger-than|dangling-pointer|packed-not-aligned|stringop-.*|maybe-uninitialized|override-init|format-truncation|format-overflow)|Wimplicit-fallthrough=.*|Werror.*)$/;

/**
 * A folder with the compile database of some files, by what make would run for them in a configured and prepared build
 * folder (`make O=FOLDER defconfig prepare`). Null when there is no such folder.
 */
export function compileDatabase(tree: string, build: string, files: readonly string[]): string | null {
  if (!existsSync(join(build, 'include/generated/autoconf.h'))) return null;
  const entries = files.map((file) => {
    const goal = file.replace(/\.c$/, '.o');
    const said = execFileSync('make', [`O=${build}`, '-n', goal], {
      cwd: tree,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const command = said
      .split(/[;\n]/)
      .map((line) => line.trim())
      .find((line) => /^gcc .*\s-c\s/.test(line) && line.includes(file));
    if (command === undefined) throw new Error(`make says nothing of ${file}`);
    const words = (command.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? []).filter((word) => !gccOnly.test(word));
    return {
      directory: build,
      file: join(tree, file),
      command: ['clang', ...words.slice(1)].join(' '),
    };
  });
  const folder = mkdtempSync(join(tmpdir(), 'vringside-clangd-'));
  writeFileSync(join(folder, 'compile_commands.json'), JSON.stringify(entries));
  return folder;
}
