/** What a patch changes, as JSON: keys in one order, as in the other reports. */
import { findingJson, type Json, notAnalysedJson, print, siteJson } from '../../report/json.js';
import type { Report } from '../../report/report.js';
import { workloadJson } from '../../report/workload-json.js';
import type { Difference, FindingChange, RequestChange, SiteChange } from './difference.js';
import type { AppliedPatches } from './text.js';

export function differenceToJson(difference: Difference, { patches, applied }: AppliedPatches): string {
  const { before, after, findings } = difference;
  return print({
    schema: 'vringside/1',
    tool: { name: after.tool.name, version: after.tool.version },
    tree: { root: after.tree.root, kernelVersion: after.tree.kernelVersion },
    patches: patches.map(({ file, subject, files, leftOut }) => ({
      file,
      subject,
      files: files.map((change) => ({ kind: change.kind, oldPath: change.oldPath, newPath: change.newPath })),
      leftOut,
    })),
    moved: applied.moved.map(({ path, number, offset, fuzz }) => ({
      file: path,
      hunk: number,
      offset,
      fuzz,
    })),
    skipped: applied.skipped.map(({ path, reason }) => ({ file: path, reason })),
    before: counts(before),
    after: counts(after),
    findings: findings.filter(({ status }) => status !== 'same').map(findingChangeJson),
    sites: difference.sites.map(siteChangeJson),
    requests: difference.requests.map(requestChangeJson),
    notAnalysed: after.notAnalysed.map(notAnalysedJson),
    ...(before.timings === undefined
      ? {}
      : { timings: { before: { ...before.timings }, after: { ...after.timings } } }),
  });
}

function counts(report: Report): Json {
  return {
    sites: report.sites.length,
    findings: report.findings.length,
    requests: report.workloads.length,
    notAnalysed: report.notAnalysed.length,
  };
}

/** The finding as it is, or for one that is fixed as it was. */
function findingChangeJson(change: FindingChange): Json {
  switch (change.status) {
    case 'new':
    case 'same':
      return { status: change.status, ...findingJson(change.after) };
    case 'fixed':
      return { status: change.status, ...findingJson(change.before) };
    case 'changed':
      return { status: change.status, ...findingJson(change.after), before: findingJson(change.before) };
  }
}

function siteChangeJson(change: SiteChange): Json {
  return {
    change: change.change,
    ...(change.change === 'changed' ? { aspects: [...change.aspects] } : {}),
    before: change.change === 'born' ? null : siteJson(change.before),
    after: change.change === 'gone' ? null : siteJson(change.after),
  };
}

function requestChangeJson(change: RequestChange): Json {
  return {
    change: change.change,
    before: change.change === 'born' ? null : workloadJson(change.before),
    after: change.change === 'gone' ? null : workloadJson(change.after),
  };
}
