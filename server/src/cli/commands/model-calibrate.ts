import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { profileText } from '../../calibrate/index.js';
import { calibrationToJson } from '../../report/calibration/json.js';
import { calibrationToText } from '../../report/calibration/text.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { defaultProfileFile } from '../profile-file.js';
import { makeProgress } from '../progress.js';
import type { Io, Services } from '../services.js';
import { styleFor, writeFileWhole } from '../terminal.js';

export async function runCalibrate(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'model calibrate' takes no '${extra}'`, 'model calibrate');
  const file = settings.output === null ? defaultProfileFile(io.env) : resolve(io.cwd, settings.output);
  const progress = makeProgress(io.stderr, settings.isQuiet);
  const profile = await services
    .calibrate({
      useCompiler: settings.useCompiler,
      isQuick: settings.isQuick,
      toolVersion: io.version,
      path: io.env.PATH ?? '',
      cwd: io.cwd,
      now: new Date(),
      ...(progress.report === undefined ? {} : { onProgress: progress.report }),
    })
    .finally(progress.clear);
  keep(profileText(profile), file, settings.output === null);
  const shownFile = settings.output ?? file;
  const style = styleFor(settings.color, io.stdout, io.env);
  io.print(
    settings.format === 'json'
      ? calibrationToJson(profile, shownFile)
      : calibrationToText(profile, { file: shownFile, style, isQuiet: settings.isQuiet }),
  );
  return exitStatus.ok;
}

/** The user's cache folder may not be there yet; a folder that the user names is. */
function keep(text: string, file: string, isOurFolder: boolean): void {
  if (isOurFolder) {
    try {
      mkdirSync(dirname(file), { recursive: true });
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  writeFileWhole(text, file);
}
