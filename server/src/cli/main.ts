/** The `vringside` program. Each service is loaded when a command needs it: `--help` should not wait for a parser. */
import { toolVersion } from '../report/version.js';
import { exitStatus } from './failure.js';
import { run } from './run.js';
import type { Io, Services } from './services.js';
import { writeStdout } from './terminal.js';

const io: Io = {
  cwd: process.cwd(),
  env: process.env,
  stdout: { isTTY: process.stdout.isTTY === true, columns: process.stdout.columns ?? null },
  stderr: process.stderr,
  stdin: () => process.stdin,
  print: writeStdout,
  version: toolVersion,
};

const services: Services = {
  analyse: async (options) => (await import('../service/analyse.js')).analyse(options),
  doctor: async (options) => (await import('../service/doctor.js')).doctor(options),
  rules: async () => (await import('../rules/index.js')).ruleInfos,
  treePolicy: async (options) => (await import('../service/tree-policy.js')).treePolicyOf(options),
  calibrate: async (options) => (await import('../calibrate/index.js')).calibrate(options),
  languageServer: async () => {
    await import('../lsp/main.js');
    // It ends the process itself, when the editor is done.
    return await new Promise<never>(() => {});
  },
  configuration: async (file, text) => (await import('../analysis/index.js')).parseConfiguration(file, text),
};

try {
  process.exitCode = await run(process.argv.slice(2), io, services);
} catch (error) {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`vringside ${toolVersion} failed; this is a defect of vringside itself:\n${detail}\n`);
  process.exitCode = exitStatus.input;
}
