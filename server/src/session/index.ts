/**
 * Reports on texts under edit: what an editor's server asks.
 *
 *     const session = await openSession({ root: '/linux', cacheDir: null, rules: new Map() });
 *     session.edit('drivers/virtio/virtio_ring.c', text);
 *     const view = await session.view(['drivers/virtio/virtio_ring.c']);
 *
 * A view is what `analyse` gives for the same paths and the same texts, byte for byte, and the program it was read from. What an
 * edit does not bear on is not worked out again.
 */
import type { Inventory } from '../analysis/index.js';
import type { Program } from '../program/index.js';
import type { Report } from '../report/report.js';
import type { RuleLevels } from '../rules/index.js';
import type { OutcomeChoice } from '../service/outcomes.js';
import { createKernelParser } from '../syntax/index.js';
import { Images } from './images.js';
import { Remembered } from './remembered.js';

export interface SessionOptions {
  /** Root of the kernel tree, or of any folder of C files; absolute. */
  readonly root: string;
  /** Null: no cache. */
  readonly cacheDir: string | null;
  readonly rules: RuleLevels;
  readonly outcomes?: OutcomeChoice;
  /** Default: what virtio_net.c of 6.12 is worn by in minutes. */
  readonly wear?: Wear;
}

/** Nodes of formulas, beyond those of its first report, after which a program is begun anew. */
export interface Wear {
  /** By `renew`. */
  readonly worn: number;
  /** By the next view. */
  readonly most: number;
}

/** A report, and what it was read from: good until the next view, as what it works out when it is read. */
export interface View {
  readonly report: Report;
  readonly program: Program;
  readonly inventory: Inventory;
}

/**
 * The report of an earlier session on these files, where it still holds and the texts are those on disk; null elsewhere. Quicker
 * than a session is opened. It does not hold workloads, whose throughput is worked out when it is read.
 */
export function earlierReport(
  options: SessionOptions,
  files: readonly string[],
  texts: ReadonlyMap<string, string>,
): Promise<Report | null> {
  return new Remembered(options).recall(files, texts);
}

export interface ViewOptions {
  /** Asked between units of work; work stops when it says yes. */
  readonly isObsolete?: () => boolean;
}

export interface Session {
  readonly root: string;
  /** The text of a file, relative to the root, in place of that on disk; null: that on disk again. */
  edit(file: string, text: string | null): void;
  /** Files were changed, made or removed on disk, relative to the root; null: any may have been. */
  changedOnDisk(files: readonly string[] | null): void;
  /** Whether a file that was read is not as it was: where nobody tells of changes. */
  hasChangedOnDisk(): boolean;
  /** Whether much is held that typing has left behind: at a pause, `renew` lets it go. */
  readonly isWorn: boolean;
  /** What typing has left behind is let go: the next view takes as long as a first one. */
  renew(): void;
  /** The report on these files, relative to the root, with the texts as they stand. Null when it became obsolete on the way. */
  view(files: readonly string[], options?: ViewOptions): Promise<View | null>;
  /** Keeps for the next session what is still to be kept. */
  finish(): Promise<void>;
  dispose(): void;
}

/** How long a view works before others get a turn. */
const sliceMs = 8;

/** How long after its first view a session keeps the report. */
const keepAfterMs = 1500;

export async function openSession(options: SessionOptions): Promise<Session> {
  const parser = await createKernelParser();
  const images = new Images(options, parser);
  /** Views take turns: each works on the texts as they stood when it began. */
  let last: Promise<unknown> = Promise.resolve();

  const work = async (files: readonly string[], isObsolete: () => boolean): Promise<View | null> => {
    await turn();
    if (isObsolete()) return null;
    const steps = await images.report(files);
    for (let since = performance.now(); ; ) {
      const step = steps.next();
      if (step.done === true) {
        if (isObsolete()) return null;
        keepLater(files, step.value);
        return { ...step.value, program: step.value.program.again() };
      }
      if (performance.now() - since < sliceMs) continue;
      await turn();
      if (isObsolete()) return null;
      since = performance.now();
    }
  };

  const earlier = new Remembered(options);
  let isKept = false;
  let keep: (() => Promise<void>) | null = null;
  /** The first report is kept for the next session, once there is nothing else to do. */
  const keepLater = (files: readonly string[], { report }: View): void => {
    if (isKept) return;
    isKept = true;
    const { texts, onDisk } = images.sources;
    const asRead = new Map(texts);
    keep = async () => {
      const withoutLoads: Report = { ...report, workloads: [] };
      if ((await earlier.recall(files, asRead)) === null)
        await earlier.keep(files, asRead, withoutLoads, onDisk);
    };
    setTimeout(() => void finish(), keepAfterMs).unref();
  };
  const finish = async (): Promise<void> => {
    const left = keep;
    keep = null;
    // What cannot be kept is worked out again.
    await left?.().catch(() => {});
  };

  return {
    root: options.root,
    edit: (file, text) => images.edit(file, text),
    hasChangedOnDisk: () => images.hasChangedOnDisk(),
    changedOnDisk: (files) => images.changedOnDisk(files),
    get isWorn() {
      return images.isWorn;
    },
    renew: () => images.dropWorn(),
    view(files, { isObsolete = () => false } = {}) {
      const view = last.then(() => work(files, isObsolete));
      last = view.catch(() => undefined);
      return view;
    },
    finish,
    dispose: () => images.forget(),
  };
}

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
