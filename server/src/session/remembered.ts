/**
 * Reports of earlier sessions: what was open then is shown at once, before anything is worked out. As with every report that is
 * kept, all that it was made from is compared first.
 */
import { resolve } from 'node:path';
import { type Cache, diskReader, noOverlay, openCache } from '../program/index.js';
import type { Report } from '../report/report.js';
import { buildId } from '../report/version.js';
import { type Chosen, chooseFiles } from '../service/choose-files.js';
import { keep, questionKey, type RecordingReader, recall, recordingReader } from '../service/result-cache.js';
import type { SessionOptions } from './index.js';

export class Remembered {
  readonly #options: SessionOptions;
  readonly #cache: Cache;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#cache = openCache({ folder: options.cacheDir });
  }

  /** Null where there is none that holds, or a text is not as on disk. */
  async recall(files: readonly string[], texts: ReadonlyMap<string, string>): Promise<Report | null> {
    if (!this.#canKeep || files.length === 0) return null;
    const reader = recordingReader(diskReader(this.#options.root));
    if (!areOnDisk(texts, reader)) return null;
    const key = await this.#keyOf(files, reader);
    return recall(this.#cache, key, reader);
  }

  /** For the next session. `reader`: what the report was read from. */
  async keep(
    files: readonly string[],
    texts: ReadonlyMap<string, string>,
    report: Report,
    reader: RecordingReader,
  ): Promise<void> {
    if (!this.#canKeep || !areOnDisk(texts, reader)) return;
    keep(this.#cache, await this.#keyOf(files, reader), reader.consulted(), report);
  }

  /** Of a configuration only single options can be asked: what a report rests on cannot be compared. */
  get #canKeep(): boolean {
    return this.#options.cacheDir !== null && this.#options.outcomes?.configuration === undefined;
  }

  async #keyOf(files: readonly string[], reader: RecordingReader): Promise<string> {
    const { root, rules, outcomes } = this.#options;
    const paths = files.map((file) => resolve(root, file));
    const { tree, wanted, all }: Chosen = await chooseFiles({ root, paths, overlay: noOverlay, reader });
    const question = [
      tree,
      wanted,
      all,
      [...rules].sort(),
      outcomes?.platforms,
      outcomes?.devices,
      outcomes?.policy,
    ];
    return questionKey(buildId, ['session', JSON.stringify(question)]);
  }
}

function areOnDisk(texts: ReadonlyMap<string, string>, reader: RecordingReader): boolean {
  return [...texts].every(([file, text]) => {
    const content = reader.read(file);
    return content !== null && 'text' in content && content.text === text;
  });
}
