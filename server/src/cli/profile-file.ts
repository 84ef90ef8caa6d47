/** Where the figures of this machine are kept unless the user says otherwise. */
import { join } from 'node:path';
import { userCacheFolder } from '../program/index.js';
import type { Io } from './services.js';

/** Beside the result cache, which never touches it. */
export function defaultProfileFile(env: Io['env']): string {
  return join(userCacheFolder(env), 'profile.json');
}
