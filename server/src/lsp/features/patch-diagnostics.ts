/** What a patch brings, said on the lines that bring it; what it fixes, on the lines it removes. */
import { pathToFileURL } from 'node:url';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node';
import type { Finding } from '../../rules/index.js';
import type { PatchReview } from '../../session/patches.js';
import type { Client } from '../client.js';
import type { PatchState } from '../patches.js';
import type { Positions } from '../positions.js';
import type { WireRange } from '../protocol.js';
import { diagnosticSource, findingDiagnostic } from './diagnostics.js';

/** The code of a patch that cannot be read, or does not apply. */
export const patchRefusedCode = 'patch-does-not-apply';

export interface PatchView {
  readonly positions: Positions;
  readonly client: Client;
  readonly state: PatchState;
}

export function patchDiagnostics(view: PatchView): Diagnostic[] {
  const { state } = view;
  if ('refused' in state) {
    const { line, why } = state.refused;
    return [
      {
        range: wholeLine(view, line),
        severity: DiagnosticSeverity.Error,
        code: patchRefusedCode,
        source: diagnosticSource,
        message: `${why} (in ${state.root})`,
      },
    ];
  }
  return ofReview(view, state.root, state.review);
}

function ofReview(view: PatchView, root: string, review: PatchReview): Diagnostic[] {
  const found = review.difference.findings.flatMap((change) => {
    if (change.status === 'same') return [];
    if (change.status === 'fixed') return [fixed(view, review, change.before)];
    const prefix = change.status === 'changed' ? 'with this patch: ' : '';
    return [brought(view, root, review, change.after, prefix)];
  });
  const skipped = review.applied.skipped.map(
    ({ path, reason }): Diagnostic => ({
      range: wholeLine(view, review.places.head(path) ?? 1),
      severity: DiagnosticSeverity.Hint,
      source: diagnosticSource,
      message: `${path} is left out: ${reason}`,
    }),
  );
  return [...found, ...skipped];
}

function brought(
  view: PatchView,
  root: string,
  { places }: PatchReview,
  finding: Finding,
  prefix: string,
): Diagnostic {
  const { file, range } = finding;
  const line = places.added(file, range.start.line);
  const isOneLine = range.start.line === range.end.line;
  // A finding the patch brings to a line it left alone is said where its nearest change is.
  const at =
    line === null
      ? wholeLine(view, places.near(file, range.start.line) ?? places.firstLine)
      : isOneLine
        ? view.positions.range({
            start: { line, column: range.start.column + 1 },
            end: { line, column: range.end.column + 1 },
          })
        : wholeLine(view, line);
  const where = line === null ? `${file}:${range.start.line}: ` : '';
  const said = { ...finding, message: `${where}${prefix}${finding.message}` };
  return findingDiagnostic(said, at, related(root, places, finding), view.client);
}

/** Places in the tree after the patch: in the patch where it adds them, else in the file as it is. */
function related(
  root: string,
  places: PatchReview['places'],
  finding: Finding,
): NonNullable<Diagnostic['relatedInformation']> {
  return finding.related.flatMap(({ file, range, message }) => {
    const line = places.added(file, range.start.line);
    if (line !== null) return [];
    const start = { line: range.start.line - 1, character: 0 };
    return [
      {
        location: { uri: pathToFileURL(`${root}/${file}`).toString(), range: { start, end: start } },
        message,
      },
    ];
  });
}

function fixed(view: PatchView, { places }: PatchReview, finding: Finding): Diagnostic {
  const line = places.removed(finding.file, finding.range.start.line);
  return {
    range: wholeLine(view, line ?? places.near(finding.file, finding.range.start.line) ?? places.firstLine),
    severity: DiagnosticSeverity.Hint,
    code: finding.rule,
    source: diagnosticSource,
    message: `fixed by this patch: ${finding.message}`,
  };
}

/** A line of the patch, behind the mark if it has one. */
function wholeLine({ positions }: PatchView, line: number): WireRange {
  const text = positions.lines.lineText(line);
  const marks = /^[ +-](?![+-])/.test(text) ? 1 : 0;
  const blanks = text.length - text.slice(marks).trimStart().length;
  return positions.range({
    start: { line, column: Math.max(1, blanks + 1) },
    end: { line, column: text.length + 1 },
  });
}
