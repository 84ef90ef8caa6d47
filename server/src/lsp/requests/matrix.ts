/** Platform x device x policy: what becomes of data, as the function at a place decides or hands it out. */
import { outcomes } from '@vringside/grammars/outcomes';
import type { FoundSite, SiteOutcome } from '../../analysis/index.js';
import {
  builtinPolicy,
  type DeviceId,
  deviceOf,
  devices as everyDevice,
  namedPolicies,
  type Outcome,
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

/** @throws {RangeError} for a name that is no policy or device */
export function matrixAt(view: RequestView, question: MatrixQuestion): MatrixResult {
  const { file } = question;
  const name = functionAt(view.program, file, question.offset);
  const own = sitesOf(view, file, name);
  const devices = (question.devices ?? usualDevices).map(deviceOf);
  const guests = platforms.flatMap((platform) => devices.map((device) => ({ platform, device })));
  const columns = [TREE, ...(question.policies ?? [])].map((id) => {
    const decisions = filePolicy(view, file, id);
    const ids = guests.map(({ platform, device }) => ({ platform: platform.id, device: device.id }));
    return { id, decisions, found: outcomesAt(view, own, decisions, ids) };
  });
  const cells = guests.flatMap(({ platform, device }) =>
    columns.map(({ id, decisions: { policy, deviceClass }, found }): MatrixCell => {
      const whole = runScenario(scenarioOf(platform.id, device, policy.id, deviceClass), { policy });
      const here = reachedHere(found, platform.id, device.id);
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
  return {
    function: name ?? '',
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

interface Reached {
  readonly site: FoundSite['site'];
  readonly outcome: SiteOutcome;
}

function reachedHere(
  found: ReadonlyMap<FoundSite, readonly SiteOutcome[]>,
  platform: string,
  device: string,
): readonly Reached[] {
  return [...found].flatMap(([{ site }, all]) =>
    all
      .filter((outcome) => outcome.platform === platform && outcome.device === device)
      .map((outcome) => ({ site, outcome })),
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
