/** Measures this machine: with the compiled program where there is a compiler, else with what JavaScript can do. */
import { availableParallelism, cpus, loadavg, release, type } from 'node:os';
import { type Compiled, measureCompiled } from './compiled/measure.js';
import { type FigureSpec, figureOf, figureSpecs, type Samples } from './figures.js';
import { builtThreadProgram, measureInJavaScript } from './javascript/measure.js';
import { coldMemory } from './memory.js';
import type { Figure, FigureKey, LeftOut, MeasuredBy, Placement, Profile, Progress } from './profile.js';

export interface CalibrateOptions {
  /** False: no program is started. */
  readonly useCompiler: boolean;
  readonly isQuick: boolean;
  readonly toolVersion: string;
  /** The user's PATH, and the current folder, from below which no compiler is taken. */
  readonly path: string;
  readonly cwd: string;
  readonly now: Date;
  /** The bundle of `javascript/thread.ts`; default: the one beside this bundle, if there is one. */
  readonly threadProgram?: string | null;
  readonly onProgress?: (progress: Progress) => void;
}

interface Measured {
  readonly by: MeasuredBy;
  readonly samples: Samples;
  readonly disturbed: ReadonlySet<string>;
  readonly placement: Placement;
}

export async function calibrate(options: CalibrateOptions): Promise<Profile> {
  // Of the machine before it is busy with this.
  const loadBefore = Math.round((loadavg()[0] ?? 0) * 100) / 100;
  const cold = coldMemory(options.isQuick);
  const compiled: Compiled = options.useCompiler
    ? await measureCompiled({ ...options, coldMebibytes: cold.mebibytes })
    : { kind: 'not measured', reason: 'asked not to use a compiler' };
  const measured =
    compiled.kind === 'measured' ? ofCompiled(compiled) : await inJavaScript(options, cold.mebibytes);
  const results = figureSpecs.map((spec) => ({
    spec,
    result: cold.isBeyondCaches || !isCold(spec) ? resultOf(spec, measured) : tooLittle,
  }));
  const figures: Partial<Record<FigureKey, Figure>> = {};
  const leftOut: LeftOut[] = [];
  for (const { spec, result } of results) {
    if (typeof result === 'string') leftOut.push({ figure: spec.key, reason: result });
    else figures[spec.key] = result;
  }
  return {
    schema: 'vringside-profile/1',
    tool: { name: 'vringside', version: options.toolVersion },
    measuredAt: `${options.now.toISOString().slice(0, 19)}Z`,
    isQuick: options.isQuick,
    machine: {
      cpu: (cpus()[0]?.model ?? '').trim() || 'processor without a name',
      architecture: process.arch,
      system: `${type()} ${release()}`,
      processors: availableParallelism(),
      placement: measured.placement,
      loadBefore,
    },
    compiler: compiled.kind === 'measured' ? compiled.compiler : null,
    withoutCompiler: compiled.kind === 'measured' ? null : compiled.reason,
    figures,
    leftOut,
  };
}

function ofCompiled({ output }: Extract<Compiled, { kind: 'measured' }>): Measured {
  return { by: 'compiled', ...output };
}

async function inJavaScript(options: CalibrateOptions, coldMebibytes: number): Promise<Measured> {
  const { threadProgram = builtThreadProgram() } = options;
  const all = await measureInJavaScript({ ...options, threadProgram, coldMebibytes });
  return {
    by: 'javascript',
    samples: new Map([...all].map(([name, { values }]) => [name, values])),
    disturbed: new Set([...all].flatMap(([name, { isDisturbed }]) => (isDisturbed ? [name] : []))),
    placement: availableParallelism() < 2 ? 'one processor' : 'not pinned',
  };
}

const tooLittle = 'too little free memory for copies that no cache holds';

function isCold({ needs }: FigureSpec): boolean {
  return needs.some((name) => name.startsWith('copy-cold'));
}

/** Fewer runs say too little of what repeats. */
const FEWEST_RUNS = 3;

/** The figure, or why there is none. */
function resultOf(spec: FigureSpec, { by, samples, disturbed, placement }: Measured): Figure | string {
  if (spec.isShared === true && placement === 'one processor')
    return 'takes two processors, and there is one';
  if (spec.needs.some((name) => !samples.has(name) && !disturbed.has(name))) {
    return by === 'javascript' ? 'takes the compiled program' : 'the compiled program did not measure it';
  }
  const figure = figureOf(spec, samples, by);
  const isDisturbed = spec.needs.some((name) => disturbed.has(name));
  if (figure === null || figure.runs < FEWEST_RUNS) {
    return isDisturbed ? 'other programs took the processors in almost every run' : 'the runs give no figure';
  }
  return figure;
}
