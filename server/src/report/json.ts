/**
 * The JSON faces. The order of keys is part of the promise: two runs over the same input give the same bytes, and a
 * difference of two outputs reads well.
 */
import type { Guard, Site, SiteOutcome } from '../analysis/site.js';
import type { Finding, FindingFix, Related } from '../rules/finding.js';
import type { SuppressedFinding } from '../suppress/index.js';
import type { Range } from '../text/span.js';
import type { BaselineUse, Coverage, DoctorReport, NotAnalysed, Report } from './report.js';
import { ratioJson, workloadJson } from './workload-json.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function reportToJson(report: Report): string {
  return print({
    schema: report.schema,
    tool: { name: report.tool.name, version: report.tool.version },
    tree: { root: report.tree.root, kernelVersion: report.tree.kernelVersion },
    sites: report.sites.map(siteJson),
    workloads: report.workloads.map(workloadJson),
    findings: report.findings.map(findingJson),
    suppressed: report.suppressed.map(suppressedJson),
    ...(report.baseline === undefined ? {} : { baseline: baselineJson(report.baseline) }),
    notAnalysed: report.notAnalysed.map(notAnalysedJson),
    ...(report.coverage === undefined ? {} : { coverage: coverageJson(report.coverage) }),
    ...(report.timings === undefined ? {} : { timings: { ...report.timings } }),
  });
}

export function doctorToJson(report: DoctorReport): string {
  return print({
    schema: report.schema,
    tree: { root: report.tree.root, kernelVersion: report.tree.kernelVersion },
    files: report.files,
    functions: report.functions,
    clean: report.clean,
    unclean: report.unclean.map((u) => ({
      file: u.file,
      function: u.function,
      line: u.line,
      reason: u.reason,
    })),
    notAnalysed: report.notAnalysed.map(notAnalysedJson),
  });
}

/** Two spaces, and a line end at the end of the file. */
export function print(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function siteJson(site: Site): Json {
  return {
    id: site.id,
    category: site.category,
    kind: site.kind,
    file: site.file,
    function: site.function,
    range: rangeJson(site.range),
    expression: site.expression,
    ...(site.feature === undefined ? {} : { feature: site.feature }),
    guard: site.guard === null ? null : guardJson(site.guard),
    ...(site.outcomes === undefined ? {} : { outcomes: site.outcomes.map(outcomeJson) }),
    ...(site.workload === undefined ? {} : { workload: [...site.workload] }),
  };
}

function outcomeJson(outcome: SiteOutcome): Json {
  return {
    platform: outcome.platform,
    device: outcome.device,
    policy: outcome.policy,
    outcome: outcome.outcome,
    why: outcome.why,
    ...(outcome.acceptedBy === undefined ? {} : { acceptedBy: outcome.acceptedBy }),
    copies: outcome.copies,
    slots: outcome.slots,
    throughputRatio: outcome.throughputRatio === null ? null : ratioJson(outcome.throughputRatio),
  };
}

function guardJson(guard: Guard): Json {
  return {
    written: guard.written,
    resolved: guard.resolved,
    ...(guard.words === undefined ? {} : { words: guard.words }),
    via: guard.via.map((step) => ({ file: step.file, line: step.line, text: step.text })),
  };
}

export function findingJson(finding: Finding): { readonly [key: string]: Json } {
  return {
    rule: finding.rule,
    level: finding.level,
    message: finding.message,
    file: finding.file,
    function: finding.function,
    range: rangeJson(finding.range),
    ...(finding.site === undefined ? {} : { site: finding.site }),
    related: finding.related.map(relatedJson),
    ...(finding.fix === undefined ? {} : { fix: fixJson(finding.fix) }),
    fingerprint: finding.fingerprint,
    ...(finding.status === undefined ? {} : { status: finding.status }),
  };
}

function suppressedJson(finding: SuppressedFinding): Json {
  const { reason, range } = finding.suppression;
  return { ...findingJson(finding), suppression: { reason, range: rangeJson(range) } };
}

function baselineJson({ file, unmatched }: BaselineUse): Json {
  return { file, unmatched: unmatched.map((entry) => ({ ...entry })) };
}

function fixJson({ title, isPreferred, edits }: FindingFix): Json {
  return {
    title,
    isPreferred,
    edits: edits.map(({ file, range, newText }) => ({ file, range: rangeJson(range), newText })),
  };
}

function relatedJson(related: Related): Json {
  return { file: related.file, range: rangeJson(related.range), message: related.message };
}

function rangeJson(range: Range): Json {
  return {
    start: { line: range.start.line, column: range.start.column },
    end: { line: range.end.line, column: range.end.column },
  };
}

export function notAnalysedJson(entry: NotAnalysed): Json {
  return {
    file: entry.file,
    ...(entry.function === undefined ? {} : { function: entry.function }),
    ...(entry.line === undefined ? {} : { line: entry.line }),
    reason: entry.reason,
  };
}

function coverageJson(coverage: Coverage): Json {
  return { files: coverage.files, functions: coverage.functions, clean: coverage.clean };
}
