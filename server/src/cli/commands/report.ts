/** `check` and `sites`: one analysis, two views of its result. */
import { noOverlay, userCacheFolder } from '../../program/index.js';
import { reportToJson } from '../../report/json.js';
import type { Report } from '../../report/report.js';
import { printable } from '../../report/style.js';
import { findingsToText, sitesToText } from '../../report/text.js';
import type { Level } from '../../rules/finding.js';
import type { FailOn, RuleSetting, Settings } from '../arguments.js';
import { refuseContradictions, withBaseline } from '../baseline.js';
import { didYouMean, type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { failedInputs, locate } from '../inputs.js';
import { outcomeRequest } from '../outcome-request.js';
import { deliver, targetOf } from '../output.js';
import { makeProgress } from '../progress.js';
import type { Io, RuleInfo, Services } from '../services.js';
import { sourceReader } from '../source-reader.js';
import { styleFor } from '../terminal.js';
import type { Analyse } from './what-if.js';

export async function runReport(
  command: 'check' | 'sites',
  settings: Settings,
  io: Io,
  services: Services,
): Promise<ExitStatus> {
  const started = performance.now();
  refuseContradictions(settings);
  const rules = ruleLevels(settings, await services.rules());
  const outcomes = await outcomeRequest(settings, io, services);
  const analyse: Analyse = async (root, paths, overlay) => {
    const progress = makeProgress(io.stderr, settings.isQuiet);
    const result = await services.analyse({
      tree: root,
      paths,
      jobs: settings.jobs,
      cacheDir: settings.useCache ? userCacheFolder(io.env) : null,
      rules,
      timings: settings.withTimings,
      outcomes,
      overlay,
      ...(progress.report === undefined ? {} : { onProgress: progress.report }),
    });
    progress.clear();
    return result;
  };
  const patch = settings.words.get('what-if')?.[0];
  if (patch !== undefined) {
    const { runWhatIf } = await import('./what-if.js');
    return runWhatIf({ command, patch, settings, io, analyse });
  }
  const inputs = locate(settings.operands, settings.tree, io.cwd);
  const result = await analyse(inputs.root, inputs.paths, noOverlay);
  const whole = withMissing(result, inputs.missing);
  const report = command === 'check' ? withBaseline(whole, inputs, rules, settings, io) : whole;
  deliver(show(command, report, settings, io, performance.now() - started), settings, io);
  const failed = failedInputs(inputs, report.notAnalysed);
  for (const input of failed) io.stderr.write(`vringside: ${printable(input)}\n`);
  if (failed.length > 0) return exitStatus.input;
  return isAtOrAbove(report, settings.failOn) ? exitStatus.findings : exitStatus.ok;
}

/** The levels this run sets; a rule it says nothing of gives each finding its own. */
export function ruleLevels(settings: Settings, known: readonly RuleInfo[]): Map<string, RuleSetting> {
  const ids = known.map((rule) => rule.id);
  for (const id of [...settings.onlyRules, ...settings.rules.keys()]) {
    if (!ids.includes(id)) {
      throw new UsageError(`there is no rule '${id}'${didYouMean(id, ids)}; there are ${ids.join(', ')}`);
    }
  }
  const isOnly = settings.onlyRules.length > 0;
  const levels = new Map(settings.rules);
  for (const id of ids) {
    if (isOnly && !settings.onlyRules.includes(id) && !levels.has(id)) levels.set(id, 'off');
  }
  return levels;
}

function show(
  command: 'check' | 'sites',
  report: Report,
  settings: Settings,
  io: Io,
  elapsedMs: number,
): string {
  if (settings.format === 'json')
    return reportToJson(command === 'check' ? restingOnFindings(report) : report);
  const target = targetOf(settings, io);
  const options = {
    style: styleFor(settings.color, target, io.env),
    source: sourceReader(report.tree.root),
    isQuiet: settings.isQuiet,
    elapsedMs: target.isTTY || settings.withTimings ? elapsedMs : null,
  };
  return command === 'check' ? findingsToText(report, options) : sitesToText(report, options);
}

/** `check` gives programs the findings, suppressed ones too, and the sites they rest on; people get to know how many sites there were. */
function restingOnFindings(report: Report): Report {
  const used = new Set([...report.findings, ...report.suppressed].map((finding) => finding.site));
  return { ...report, sites: report.sites.filter((site) => used.has(site.id)) };
}

function withMissing(report: Report, missing: readonly { path: string; reason: string }[]): Report {
  if (missing.length === 0) return report;
  const entries = missing.map(({ path, reason }) => ({ file: path, reason }));
  return { ...report, notAnalysed: [...report.notAnalysed, ...entries] };
}

const rank: Readonly<Record<Level, number>> = { note: 1, warning: 2, error: 3 };

function isAtOrAbove(report: Report, failOn: FailOn): boolean {
  return (
    failOn !== 'never' &&
    report.findings.some(({ level, status }) => status !== 'existing' && rank[level] >= rank[failOn])
  );
}
