/** Findings as diagnostics: one for a root cause, the way to it as related information. */
import {
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
} from 'vscode-languageserver/node';
import type { NotAnalysed } from '../../report/report.js';
import type { Finding, Level } from '../../rules/index.js';
import type { Client } from '../client.js';
import type { WireRange } from '../protocol.js';
import type { ReportView } from '../view.js';
import { rulePageUri } from './pages.js';

export const diagnosticSource = 'vringside';

/** The code of a place that could not be read: no rule's. */
export const notAnalysedCode = 'not-analysed';

/** What a client hands back with a diagnostic when it asks for actions. */
export interface DiagnosticData {
  readonly fingerprint: string;
  readonly site: string | null;
}

export function diagnosticsOf(view: ReportView): Diagnostic[] {
  return [
    ...view.findings.map((finding) => ofFinding(view, finding)),
    ...view.report.notAnalysed
      .filter(({ file }) => file === view.file)
      .map((not) => ofNotAnalysed(view, not)),
  ];
}

function ofFinding(view: ReportView, finding: Finding): Diagnostic {
  return findingDiagnostic(
    finding,
    view.positions.range(finding.range),
    relatedTo(view, finding),
    view.client,
  );
}

/** `related`: left out for clients that cannot show it. */
export function findingDiagnostic(
  finding: Finding,
  range: WireRange,
  related: DiagnosticRelatedInformation[],
  client: Client,
): Diagnostic {
  const data: DiagnosticData = { fingerprint: finding.fingerprint, site: finding.site ?? null };
  return {
    range,
    severity: severityOf(finding.level),
    code: finding.rule,
    ...(client.codeDescription && { codeDescription: { href: rulePageUri(finding.rule, client) } }),
    source: diagnosticSource,
    message: finding.message,
    ...(client.relatedInformation && { relatedInformation: related }),
    data,
  };
}

/** First the chain of the guard, from the condition to where it is decided; then the other places of the finding. */
function relatedTo(view: ReportView, finding: Finding): DiagnosticRelatedInformation[] {
  const site = view.report.sites.find(({ id }) => id === finding.site);
  const chain = (site?.guard?.via ?? []).map(({ file, line, text }) => ({
    location: view.locate(file, wholeLine(view, file, line)),
    message: `decided here: ${text}`,
  }));
  const others = finding.related.map(({ file, range, message }) => ({
    location: view.locate(file, range),
    message,
  }));
  return [...chain, ...others];
}

/** A line from its first character that is no blank. */
export function wholeLine(view: ReportView, file: string, line: number): Finding['range'] {
  const text = view.positionsIn(file).lines.lineText(line);
  return {
    start: { line, column: text.length - text.trimStart().length + 1 },
    end: { line, column: text.length + 1 },
  };
}

function ofNotAnalysed(view: ReportView, { line = 1, reason, function: name }: NotAnalysed): Diagnostic {
  const what = name === undefined ? '' : `${name}() `;
  return {
    range: view.positions.range(wholeLine(view, view.file, line)),
    severity: DiagnosticSeverity.Hint,
    code: notAnalysedCode,
    source: diagnosticSource,
    message: `${what}not analysed: ${reason}`,
  };
}

export function severityOf(level: Level): DiagnosticSeverity {
  switch (level) {
    case 'error':
      return DiagnosticSeverity.Error;
    case 'warning':
      return DiagnosticSeverity.Warning;
    case 'note':
      return DiagnosticSeverity.Information;
  }
}
