/** The cost parameters of a command: the built-in ones, or with a machine's own figures in their places. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withProfile } from '../../calibrate/index.js';
import { readProfile } from '../../calibrate/read-profile.js';
import { type CostParameters, costParameters } from '../../model/cost/index.js';
import { reasonOf } from '../../program/files/list-files.js';
import type { Settings } from '../arguments.js';
import { InputError } from '../failure.js';
import { defaultProfileFile } from '../profile-file.js';
import type { Io } from '../services.js';

/** Stands for the profile that `model calibrate` keeps unless told otherwise. */
const MINE = 'mine';

/** @throws {InputError} for a profile that cannot be read */
export function costsOf({ words }: Settings, io: Io): CostParameters {
  const [given] = words.get('profile') ?? [];
  if (given === undefined) return costParameters;
  const file = given === MINE ? defaultProfileFile(io.env) : resolve(io.cwd, given);
  const shown = given === MINE ? file : given;
  return withProfile(costParameters, profileIn(file, shown));
}

function profileIn(file: string, shown: string): ReturnType<typeof readProfile> {
  try {
    return readProfile(readFileSync(file, 'utf8'), shown);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(error.message);
    throw new InputError(`${shown}: ${reasonOf(error)}`);
  }
}
