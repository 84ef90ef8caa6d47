/** Quick fixes, all of one kind in a file, and all that may be applied unseen. */
import { CodeActionKind } from 'vscode-languageserver/node';
import { editsOf, type Fix, fixesIn, fixesTogether } from '../../../fixes/index.js';
import type { Range } from '../../../text/span.js';
import type { DocumentView } from '../../view.js';
import { workspaceEdit } from './edits.js';
import { type Asked, diagnosticsFor, type Planned } from './planned.js';

export const fixAllKind = `${CodeActionKind.SourceFixAll}.vringside`;

export function fixingActions(asked: Asked, range: Range): Planned[] {
  const { view } = asked;
  const fixes = fixesAt(view, [range, ...asked.findings.map((finding) => finding.range)]);
  const families = [...new Set(fixes.filter((fix) => fix.isPreferred).map(({ family }) => family))];
  return [
    ...fixes.map((fix) => ({
      key: `fix ${fix.id}`,
      action: {
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        ...(fix.isPreferred && { isPreferred: true }),
        ...diagnosticsFor(asked, fix.findings),
      },
      edit: () => workspaceEdit(view, fix.edits),
    })),
    ...families.flatMap((family) => allOf(asked, family)),
  ];
}

/** Nothing where one fix is all there is. */
function allOf(asked: Asked, family: string): Planned[] {
  const { view } = asked;
  const together = fixesTogether(fixesAt(view, null), (fix) => fix.family === family);
  if (together.length < 2) return [];
  return [
    {
      key: `all ${family}`,
      action: {
        title: `Fix all ${together.length} of ${family} in this file`,
        kind: CodeActionKind.QuickFix,
        ...diagnosticsFor(
          asked,
          together.flatMap((fix) => fix.findings),
        ),
      },
      edit: () => workspaceEdit(view, editsOf(together)),
    },
  ];
}

export function fixAllAction({ view }: Asked): Planned[] {
  const together = fixesTogether(fixesAt(view, null));
  if (together.length === 0) return [];
  return [
    {
      key: 'fix all',
      action: { title: 'Fix all that vringside can fix in this file', kind: fixAllKind },
      edit: () => workspaceEdit(view, editsOf(together)),
    },
  ];
}

function fixesAt(
  { program, inventory, report, findings, file }: DocumentView,
  ranges: readonly Range[] | null,
): Fix[] {
  return fixesIn({ program, inventory, suppressed: report.suppressed }, findings, file, ranges);
}
