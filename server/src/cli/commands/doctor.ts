import { doctorToJson } from '../../report/json.js';
import type { DoctorReport } from '../../report/report.js';
import { printable } from '../../report/style.js';
import { doctorToText } from '../../report/text-doctor.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus } from '../failure.js';
import { failedInputs, locate } from '../inputs.js';
import { deliver, targetOf } from '../output.js';
import { makeProgress } from '../progress.js';
import type { Io, Services } from '../services.js';
import { styleFor } from '../terminal.js';

/** Says what is understood and what is not; that something is not is an answer, no failure. */
export async function runDoctor(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const started = performance.now();
  const inputs = locate(settings.operands, settings.tree, io.cwd);
  const progress = makeProgress(io.stderr, settings.isQuiet);
  const report = await services.doctor({
    root: inputs.root,
    paths: inputs.paths,
    jobs: settings.jobs,
    ...(progress.report === undefined ? {} : { onProgress: progress.report }),
  });
  progress.clear();
  deliver(show(report, settings, io, performance.now() - started), settings, io);
  const failed = failedInputs(inputs, report.notAnalysed);
  for (const input of failed) io.stderr.write(`vringside: ${printable(input)}\n`);
  return failed.length > 0 ? exitStatus.input : exitStatus.ok;
}

function show(report: DoctorReport, settings: Settings, io: Io, elapsedMs: number): string {
  if (settings.format === 'json') return doctorToJson(report);
  const target = targetOf(settings, io);
  return doctorToText(report, {
    style: styleFor(settings.color, target, io.env),
    isQuiet: settings.isQuiet,
    elapsedMs: target.isTTY ? elapsedMs : null,
  });
}
