/** One cell of the matrix, run with every step recorded, and told scene by scene with its places in the tree. */
import { stepFunctions } from '@vringside/grammars/step-functions';
import { bypassing, type FilePolicy } from '../../analysis/index.js';
import {
  type DeviceId,
  deviceOf,
  type Event,
  type PlatformId,
  platformOf,
  runScenario,
  scenarioOf,
  Trace,
} from '../../model/index.js';
import { addressText } from '../../report/model/bytes.js';
import { standingOf, wordOf } from '../../report/model/outcome-words.js';
import {
  phasesOf,
  type Repeated,
  type Step,
  type TracedRun,
  withoutRepeats,
} from '../../report/model/phases.js';
import { scenarioLines } from '../../report/model/scenario-words.js';
import { type Scene, scenesOf } from '../../report/model/scenes.js';
import { bytePairs, detailOf, isAmiss, phaseTitle, repeatNote } from '../../report/model/step-words.js';
import { countsLine, whyOf } from '../../report/model/why.js';
import type { TracePhase, TraceResult, TraceScene, TraceSource, TraceStep } from '../protocol.js';
import { filePolicy, outcomesAt, sitesOf } from './decisions.js';
import { functionAt, nameRange } from './functions.js';
import type { RequestView } from './view.js';

export interface TraceQuestion {
  readonly file: string;
  /** Null: the requests of a driver, whatever function they come from. */
  readonly offset: number | null;
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
}

/** @throws {RangeError} for a name that is no policy, platform or device */
export function traceOf(view: RequestView, question: TraceQuestion): TraceResult {
  const decisions = filePolicy(view, question.file, question.policy);
  const site = bypassAt(view, question, decisions);
  const decided = tracedRun(question, decisions, decisions.policy);
  // Where the code decides for physical addresses by itself, its own decision is shown.
  const isOwn = site === null || !decided.result.usesDmaApi;
  const run = isOwn ? decided : tracedRun(question, decisions, bypassing(decisions.policy));
  const { result, platform } = run;
  const places = new Places(view, site);
  const why = whyOf(result, platform);
  const standIns = result.notes.filter((note) => note.startsWith('decided by '));
  return {
    title: `${platform.name}, ${deviceOf(question.device).sentence}`,
    platform: { name: platform.name, isProtected: platform.isSecure },
    outcome: result.outcome,
    standing: standingOf(result.outcome),
    word: wordOf(result),
    why,
    notes: result.notes.filter((note) => note !== why && !standIns.includes(note)),
    facts: [
      ...scenarioLines(run),
      ...(site === null ? [] : [['as', `${site.function}() hands out a physical address`] as const]),
      ...(result.deviceRead === null ? [] : [['counted', countsLine(result)] as const]),
      ...standIns.map((note) => ['stand-in', note] as const),
    ],
    phases: withoutRepeats(phasesOf(run.events)).map((phase) => tracePhase(phase, places)),
  };
}

function tracedRun(
  { platform, device }: TraceQuestion,
  { deviceClass }: FilePolicy,
  policy: FilePolicy['policy'],
): TracedRun {
  const scenario = scenarioOf(platform, deviceOf(device), policy.id, deviceClass);
  const trace = new Trace(true);
  const result = runScenario(scenario, { policy, trace });
  return { scenario, policy, platform: platformOf(platform), events: trace.events, result };
}

interface BypassPlace {
  readonly file: string;
  readonly function: string;
  readonly line: number;
}

/** The bypass site of the function asked about, where it is reached by the guest asked about. */
function bypassAt(
  view: RequestView,
  { file, offset, platform, device }: TraceQuestion,
  decisions: FilePolicy,
): BypassPlace | null {
  if (offset === null) return null;
  const own = sitesOf(view, file, functionAt(view.program, file, offset)?.name ?? null);
  const bypasses = own.filter(({ site }) => site.category === 'bypass');
  for (const [{ site }, outcomes] of outcomesAt(view, bypasses, decisions, [{ platform, device }])) {
    const [reached] = outcomes;
    if (reached !== undefined && reached.outcome !== 'refused' && reached.outcome !== 'undecided') {
      return { file: site.file, function: site.function, line: site.range.start.line };
    }
  }
  return null;
}

function tracePhase(repeated: Repeated, places: Places): TracePhase {
  return {
    title: phaseTitle(repeated.phase),
    scenes: scenesOf(repeated.phase).map((scene) => traceScene(scene, places)),
    note: repeatNote(repeated),
  };
}

function traceScene(scene: Scene, places: Places): TraceScene {
  return {
    kind: scene.kind,
    actor: scene.actor,
    title: scene.title,
    detail: scene.detail,
    isAmiss: scene.isAmiss,
    source: places.of(scene.key.event),
    bytes: bytesOf(scene.key),
    steps: scene.steps.map((step) => traceStep(step, places)),
  };
}

function traceStep(step: Step, places: Places): TraceStep {
  const { event, number } = step;
  return {
    number,
    actor: event.actor,
    what: event.what,
    address: event.address < 0 ? '' : addressText(event.address),
    size: event.bytes < 0 ? null : event.bytes,
    detail: detailOf(event),
    isAmiss: isAmiss(event),
    source: places.of(event),
    bytes: bytesOf(step),
  };
}

function bytesOf(step: Step): TraceStep['bytes'] {
  return bytePairs(step).map(([label, text]) => ({ label, text }));
}

/** Where in the tree a step happens: where its decision says it was taken, or in the function of the kernel that does it. */
class Places {
  private readonly view: RequestView;
  private readonly site: BypassPlace | null;
  private readonly known = new Map<string, TraceSource | null>();

  constructor(view: RequestView, site: BypassPlace | null) {
    this.view = view;
    this.site = site;
  }

  of({ what, detail }: Event): TraceSource | null {
    const said = /\((\S+\.[ch]):(\d+)\)/.exec(detail);
    if (said !== null) return this.line(said[1] ?? '', Number(said[2]));
    if (what === 'physical address' && this.site !== null) return this.line(this.site.file, this.site.line);
    const found = this.known.get(what);
    if (found !== undefined) return found;
    const source = this.functionFor(what);
    this.known.set(what, source);
    return source;
  }

  private functionFor(what: string): TraceSource | null {
    for (const { file, function: name } of stepFunctions[what] ?? []) {
      const range = nameRange(this.view.program, file, name);
      if (range !== null) return { location: this.view.location(file, range), label: `${name}()` };
    }
    return null;
  }

  private line(file: string, line: number): TraceSource | null {
    const lines = this.view.program.lines(file);
    if (lines === null) return null;
    const { start, end } = lines.lineSpan(line);
    const indent = /^\s*/.exec(lines.lineText(line))?.[0].length ?? 0;
    const range = lines.rangeOf({ start: Math.min(start + indent, end), end });
    return { location: this.view.location(file, range), label: `${file.split('/').at(-1)}:${line}` };
  }
}
