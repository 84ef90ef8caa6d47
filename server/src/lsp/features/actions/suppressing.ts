/** Comments that suppress a finding, for its line or its function; why is left for the user to write. */
import { CodeActionKind, type SnippetTextEdit, type WorkspaceEdit } from 'vscode-languageserver/node';
import { type Finding, rules } from '../../../rules/index.js';
import { suppressionWord } from '../../../suppress/index.js';
import type { DocumentView } from '../../view.js';
import { versioned, workspaceEdit } from './edits.js';
import { type Asked, diagnosticsFor, type Planned } from './planned.js';

/** A reason that begins so has still to be written: the comment has no effect until then, and says so itself. */
const openReason = 'TODO: why';

export function suppressingActions(asked: Asked): Planned[] {
  return asked.findings
    .filter(({ rule }) => rules.some(({ id }) => id === rule))
    .flatMap((finding) => [...forLine(asked, finding), ...forFunction(asked, finding)]);
}

function forLine(asked: Asked, finding: Finding): Planned[] {
  const { line } = finding.range.start;
  const lines = asked.view.positions.lines;
  // Between the lines of a macro a comment line would end it.
  if (line > 1 && lines.lineText(line - 1).endsWith('\\')) return [];
  return [comment(asked, finding, line, `Suppress ${finding.rule} here, with a reason`, 'line')];
}

function forFunction(asked: Asked, finding: Finding): Planned[] {
  const line = finding.function === '' ? null : lineAbove(asked.view, finding);
  if (line === null) return [];
  return [
    comment(
      asked,
      finding,
      line,
      `Suppress ${finding.rule} in ${finding.function}(), with a reason`,
      'function',
    ),
  ];
}

/** The line a comment on the whole function goes before: that of its description, where it has one. */
function lineAbove({ program, file, positions }: DocumentView, { range }: Finding): number | null {
  const source = program.source(file);
  const at = positions.lines.offsetAt(range.start);
  const chunk = source?.chunks.find((c) => c.kind === 'function' && c.start <= at && at < c.end);
  if (source === null || chunk === undefined) return null;
  let start = source.text.lastIndexOf('\n', chunk.start - 1) + 1;
  for (const { start: from, end } of [...source.comments].reverse()) {
    const isAbove = end <= start && /^[ \t\r]*\n$/.test(source.text.slice(end, start));
    const isWhole = /(?:^|\n)[ \t]*$/.test(source.text.slice(0, from));
    if (isAbove && isWhole) start = source.text.lastIndexOf('\n', from - 1) + 1;
  }
  return positions.lines.lineAt(start);
}

function comment(asked: Asked, finding: Finding, line: number, title: string, where: string): Planned {
  const { view } = asked;
  const indent = /^[ \t]*/.exec(view.positions.lines.lineText(line))?.[0] ?? '';
  return {
    key: `suppress ${where} ${finding.fingerprint}`,
    action: { title, kind: CodeActionKind.QuickFix, ...diagnosticsFor(asked, [finding.fingerprint]) },
    edit: () => insertion(view, line, indent, finding.rule),
  };
}

function insertion(view: DocumentView, line: number, indent: string, rule: string): WorkspaceEdit {
  const range = { start: { line, column: 1 }, end: { line, column: 1 } };
  const lineEnd = view.positions.text.includes('\r\n') ? '\r\n' : '\n';
  const text = (reason: string): string => `${indent}/* ${suppressionWord} ${rule}: ${reason} */${lineEnd}`;
  if (!view.client.snippetEdits || !view.client.documentChanges) {
    return workspaceEdit(view, [{ file: view.file, range, newText: text(openReason) }]);
  }
  const edit: SnippetTextEdit = {
    range: view.positions.range(range),
    // Nothing of indentation and rule has a meaning in a snippet.
    snippet: { kind: 'snippet', value: text(`\${1:${openReason}}`) },
  };
  return { documentChanges: [versioned(view, view.file, [edit])] };
}
