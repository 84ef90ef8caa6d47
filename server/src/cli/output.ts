/** Where a command's result goes. */
import { resolve } from 'node:path';
import type { Settings } from './arguments.js';
import type { Io } from './services.js';
import { openFile, type Sink, type Target, writeFileWhole } from './terminal.js';

export function deliver(text: string, settings: Settings, io: Io): void {
  if (settings.output === null) io.print(text);
  else writeFileWhole(text, resolve(io.cwd, settings.output));
}

/** For a result that is too long to be held. */
export function openSink(settings: Settings, io: Io): Sink {
  if (settings.output !== null) return openFile(resolve(io.cwd, settings.output));
  return { write: io.print, close: () => {}, discard: () => {} };
}

export function targetOf(settings: Settings, io: Io): Target {
  return settings.output === null ? io.stdout : { isTTY: false, columns: null };
}
