/** One line on a terminal's standard error that says what goes on; nothing anywhere else. */

export interface ProgressEvent {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

export interface Progress {
  readonly report: ((event: ProgressEvent) => void) | undefined;
  /** Removes the line, so that results stand alone. */
  readonly clear: () => void;
}

/** Short runs show nothing at all. */
const QUIET_MS = 300;
const INTERVAL_MS = 100;

export function makeProgress(
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>,
  isQuiet: boolean,
): Progress {
  if (isQuiet || !stream.isTTY) return { report: undefined, clear: () => {} };
  const started = performance.now();
  let last = started + QUIET_MS - INTERVAL_MS;
  let isShown = false;
  return {
    report({ done, total, what }) {
      const now = performance.now();
      if (now - last < INTERVAL_MS) return;
      last = now;
      isShown = true;
      const share = total > 0 ? ` ${bar(done / total)} ${done}/${total}` : '';
      stream.write(`\r\u001b[2K${`${what}${share}`.slice(0, Math.max(20, stream.columns - 1))}`);
    },
    clear() {
      if (isShown) stream.write('\r\u001b[2K');
      isShown = false;
    },
  };
}

function bar(share: number): string {
  const cells = Math.round(Math.min(1, share) * 20);
  return `[${'='.repeat(cells)}${' '.repeat(20 - cells)}]`;
}
