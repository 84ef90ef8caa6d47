/** One run of the program: arguments in, exit status out. A command is loaded when it is asked for. */

import { printable } from '../report/style.js';
import { parseRequest } from './arguments.js';
import { type ExitStatus, exitStatus, InputError, UsageError } from './failure.js';
import { commandHelp, familyHelp, overview } from './help.js';
import type { Io, Services } from './services.js';
import { styleFor } from './terminal.js';

export async function run(argv: readonly string[], io: Io, services: Services): Promise<ExitStatus> {
  try {
    const request = parseRequest(argv);
    if (request.kind === 'version') return say(`vringside ${io.version}\n`, io);
    if (request.kind === 'help') {
      const style = styleFor('auto', io.stdout, io.env);
      return say(request.command === null ? overview(style) : commandHelp(request.command, style), io);
    }
    if (request.kind === 'family') {
      return say(familyHelp(request.name, request.commands, styleFor('auto', io.stdout, io.env)), io);
    }
    switch (request.command) {
      case 'check':
      case 'sites':
        return await (await import('./commands/report.js')).runReport(
          request.command,
          request.settings,
          io,
          services,
        );
      case 'doctor':
        return await (await import('./commands/doctor.js')).runDoctor(request.settings, io, services);
      case 'explain':
        return await (await import('./commands/explain.js')).runExplain(request.settings, io, services);
      case 'lsp':
        return await services.languageServer();
      case 'model matrix':
        return await (await import('./commands/model-matrix.js')).runMatrixCommand(
          request.settings,
          io,
          services,
        );
      case 'model list':
        return (await import('./commands/model-list.js')).runList(request.settings, io);
      case 'model trace':
        return await (await import('./commands/model-trace.js')).runTrace(request.settings, io, services);
      case 'model throughput':
        return await (await import('./commands/model-throughput.js')).runThroughput(
          request.settings,
          io,
          services,
        );
      case 'model pool':
        return (await import('./commands/model-pool.js')).runPool(request.settings, io);
      case 'model validate':
        return (await import('./commands/model-validate.js')).runValidate(request.settings, io);
      case 'model run':
        return await (await import('./commands/model-run.js')).runScenarios(request.settings, io, services);
      case 'model calibrate':
        return await (await import('./commands/model-calibrate.js')).runCalibrate(
          request.settings,
          io,
          services,
        );
    }
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = error.command === null ? '' : ` (see vringside ${error.command} --help)`;
      return complain(error.message + hint, exitStatus.usage, io);
    }
    if (error instanceof InputError) return complain(error.message, exitStatus.input, io);
    throw error;
  }
}

function say(text: string, io: Io): ExitStatus {
  io.print(text);
  return exitStatus.ok;
}

function complain(message: string, status: ExitStatus, io: Io): ExitStatus {
  for (const line of message.split('\n')) io.stderr.write(`vringside: ${printable(line)}\n`);
  return status;
}
