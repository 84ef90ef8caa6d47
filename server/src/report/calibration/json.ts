/** `model calibrate --format json`: the profile, where it is kept, and the built-in figures beside it. */
import { compareFigures, type Profile } from '../../calibrate/index.js';
import { costParameters } from '../../model/cost/index.js';
import { print } from '../json.js';
import { toolVersion } from '../version.js';

type Json = Parameters<typeof print>[0];

export function calibrationToJson(profile: Profile, file: string): string {
  const figures = compareFigures(profile, costParameters).map(
    ({ key, title, figure, reason, builtin, place }): Json => ({
      key,
      title,
      measured: figure === null ? null : { ...figure },
      leftOut: reason,
      builtin:
        builtin === null
          ? null
          : { low: builtin.low, mid: builtin.mid, high: builtin.high, unit: builtin.unit },
      place,
    }),
  );
  return print({
    schema: 'vringside/1',
    tool: { name: 'vringside', version: toolVersion },
    calibration: {
      file,
      measuredAt: profile.measuredAt,
      isQuick: profile.isQuick,
      machine: { ...profile.machine },
      compiler: profile.compiler,
      withoutCompiler: profile.withoutCompiler,
      figures,
    },
  });
}
