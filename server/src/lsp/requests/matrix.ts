/** Platform x device x policy: what becomes of data, as the function at a place decides or hands it out. */
import { outcomes } from '@vringside/grammars/outcomes';
import type { FilePolicy, FoundSite, SiteOutcome } from '../../analysis/index.js';
import {
  builtinPolicy,
  type DeviceId,
  deviceOf,
  devices as everyDevice,
  type NamedDevice,
  namedPolicies,
  type Outcome,
  type Platform,
  type Policy,
  platforms,
  type RunResult,
  runScenario,
  scenarioOf,
} from '../../model/index.js';
import { isHypothetical, standingOf, wordOf } from '../../report/model/outcome-words.js';
import { whyOf } from '../../report/model/why.js';
import { worstOf } from '../../report/model/worst-first.js';
import type { MatrixCell, MatrixResult } from '../protocol.js';
import { filePolicy, outcomesAt, sitesOf, TREE } from './decisions.js';
import { functionAt } from './functions.js';
import { siteItem } from './sites.js';
import type { RequestView } from './view.js';

export interface MatrixQuestion {
  readonly file: string;
  readonly offset: number;
  /** Beside that of the tree. */
  readonly policies?: readonly string[];
  readonly devices?: readonly DeviceId[];
}

const usualDevices: readonly DeviceId[] = ['flag', 'no-flag', 'legacy'];

/** Between two units of work: time for what else waits, or the end of it, by throwing. */
export type Pause = () => Promise<void>;

/** @throws {RangeError} for a name that is no policy or device */
export async function matrixAt(
  view: RequestView,
  question: MatrixQuestion,
  pause: Pause = async () => {},
): Promise<MatrixResult> {
  const { file } = question;
  const around = functionAt(view.program, file, question.offset);
  const name = around?.name ?? null;
  const own = sitesOf(view, file, name);
  const devices = (question.devices ?? usualDevices).map(deviceOf);
  const columns: Column[] = [];
  for (const id of [TREE, ...(question.policies ?? [])]) {
    columns.push({ id, decisions: filePolicy(view, file, id) });
    await pause();
  }
  const cells: MatrixCell[] = [];
  for (const platform of platforms) {
    cells.push(...rowOf(view, platform, devices, columns, own));
    await pause();
  }
  return {
    function: name ?? '',
    range: around === null ? null : view.location(file, around.range).range,
    file,
    uri: view.location(file, { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }).uri,
    title: titleOf(name, cells),
    platforms: platforms.map(({ id, name: title }) => ({ id, name: title })),
    devices: devices.map(named),
    policies: columns.map(({ id, decisions }) => ({ id, name: policyName(id, decisions.policy) })),
    cells,
    sites: own.map((found) => siteItem(withOutcomes(view, found), view)),
    known: {
      policies: namedPolicies.map((id) => ({ id, name: builtinPolicy(id)?.title ?? id })),
      devices: everyDevice.map(named),
    },
    outcomes: outcomes.flatMap(({ id, title, meaning }) =>
      isOutcome(id) ? [{ id, standing: standingOf(id), title, meaning }] : [],
    ),
  };
}

interface Column {
  readonly id: string;
  readonly decisions: FilePolicy;
}

function rowOf(
  view: RequestView,
  platform: Platform,
  devices: readonly NamedDevice[],
  columns: readonly Column[],
  own: readonly FoundSite[],
): readonly MatrixCell[] {
  const guests = devices.map(({ id }) => ({ platform: platform.id, device: id }));
  const found = new Map(columns.map(({ id, decisions }) => [id, outcomesAt(view, own, decisions, guests)]));
  return devices.flatMap((device) =>
    columns.map(({ id, decisions: { policy, deviceClass } }): MatrixCell => {
      const whole = runScenario(scenarioOf(platform.id, device, policy.id, deviceClass), { policy });
      const here = reachedHere(found.get(id) ?? new Map(), device.id);
      return {
        platform: platform.id,
        device: device.id,
        policy: id,
        ...verdict(whole, here, () => whyOf(whole, platform)),
        sites: here.map(({ site }) => site.id),
        isHypothetical: isHypothetical(platform, policy),
      };
    }),
  );
}

interface Reached {
  readonly site: FoundSite['site'];
  readonly outcome: SiteOutcome;
}

function reachedHere(
  found: ReadonlyMap<FoundSite, readonly SiteOutcome[]>,
  device: DeviceId,
): readonly Reached[] {
  return [...found].flatMap(([{ site }, all]) =>
    all.filter((outcome) => outcome.device === device).map((outcome) => ({ site, outcome })),
  );
}

/** That of the worst site of the function, where one is reached. */
function verdict(
  whole: RunResult,
  here: readonly Reached[],
  whyWhole: () => string,
): Pick<MatrixCell, 'outcome' | 'word' | 'why'> {
  const outcome = worstOf(here.map((reached) => reached.outcome.outcome)) ?? whole.outcome;
  const worst = here.find((reached) => reached.outcome.outcome === outcome);
  const why = worst?.outcome.why ?? '';
  return { outcome, word: wordOf({ outcome, gate: whole.gate }), why: why === '' ? whyWhole() : why };
}

function titleOf(name: string | null, cells: readonly MatrixCell[]): string {
  if (name === null) return "what becomes of a driver's data, as this tree decides";
  if (cells.some(({ sites }) => sites.length > 0)) return `what becomes of data at ${name}()`;
  return `what becomes of a driver's data; ${name}() hands none to a device`;
}

function named({ id, title }: { readonly id: DeviceId; readonly title: string }): {
  readonly id: DeviceId;
  readonly name: string;
} {
  return { id, name: title };
}

function policyName(id: string, { title }: Policy): string {
  return id === TREE ? 'this tree' : title;
}

/** The report's record of the site, which has the outcomes. */
function withOutcomes(view: RequestView, { site }: FoundSite): FoundSite['site'] {
  return view.report.sites.find(({ id }) => id === site.id) ?? site;
}

function isOutcome(id: string): id is Outcome {
  return worstOf([id as Outcome]) !== null;
}
