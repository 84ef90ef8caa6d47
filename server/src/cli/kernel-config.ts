/** The kernel's `.config`, where one was given. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Configuration } from '../analysis/index.js';
import { reasonOf } from '../program/files/list-files.js';
import type { Settings } from './arguments.js';
import { InputError } from './failure.js';
import type { Io, Services } from './services.js';

/** @throws {InputError} for a file that cannot be read or is no configuration */
export async function configurationOf(
  settings: Settings,
  io: Io,
  services: Services,
): Promise<{ readonly configuration?: Configuration }> {
  const { configFile } = settings;
  if (configFile === null) return {};
  try {
    const text = readFileSync(resolve(io.cwd, configFile), 'utf8');
    return { configuration: await services.configuration(configFile, text) };
  } catch (error) {
    const isOurs = error instanceof Error && error.name === 'ConfigurationError';
    throw new InputError(isOurs ? error.message : `--config-file ${configFile}: ${reasonOf(error)}`);
  }
}
