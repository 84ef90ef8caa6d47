/** Completion inside suppression comments: the comment itself, and the rules it can name. */
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  InsertTextFormat,
  MarkupKind,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import { rules } from '../../rules/index.js';
import { suppressionWord } from '../../suppress/index.js';
import type { Client } from '../client.js';
import { Positions } from '../positions.js';
import type { WirePosition, WireRange } from '../protocol.js';
import type { Server } from '../server.js';

export const completionCapabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: [' ', ',', '-'] },
};

export function provideCompletion({ connection, guard, documents, client }: Server): void {
  connection.onCompletion(({ textDocument, position }) =>
    guard.answer('completion', null, () => {
      const document = documents.get(textDocument.uri);
      if (document?.kind !== 'c') return null;
      return completionAt(new Positions(document.text, client.encoding), position, client);
    }),
  );
}

/** A comment's beginning, and what of its first word is there. */
const beginning = /(\/\*+|\/\/|^[ \t]*\*)[ \t]*([A-Za-z][\w-]*)$/;
const naming = new RegExp(
  `(?:/\\*+|//|^[ \\t]*\\*)[ \\t]*${suppressionWord}[ \\t]+(?:[\\w-]+[ \\t]*,[ \\t]*)*([\\w-]*)$`,
);

/** From the text alone: it has to be there while the code around makes no sense yet. Null elsewhere. */
export function completionAt(positions: Positions, at: WirePosition, client: Client): CompletionList | null {
  const offset = positions.offsetOf(at);
  const { line } = positions.lines.positionAt(offset);
  const { start, end } = positions.lines.lineSpan(line);
  const before = positions.text.slice(start, offset);
  const behind = positions.text.slice(offset, end);
  const replacing = (typed: string): WireRange =>
    positions.ofSpan({ start: offset - typed.length, end: offset });
  const rule = naming.exec(before)?.[1];
  if (rule !== undefined) return listOf(rules.map((r) => ruleItem(r, replacing(rule), behind, client)));
  const [, opened = '', word = ''] = beginning.exec(before) ?? [];
  if (word.length < 2 || !suppressionWord.startsWith(word.toLowerCase())) return null;
  return listOf([commentItem(replacing(word), opened, behind, client)]);
}

function listOf(items: CompletionItem[]): CompletionList {
  return { isIncomplete: false, items };
}

function ruleItem(
  { id, summary, page }: (typeof rules)[number],
  range: WireRange,
  behind: string,
  client: Client,
): CompletionItem {
  // The reason follows, unless the comment goes on already.
  const newText = /^\s*[:,]/.test(behind) ? id : `${id}: `;
  const kind = client.completionMarkdown ? MarkupKind.Markdown : MarkupKind.PlainText;
  return {
    label: id,
    kind: CompletionItemKind.EnumMember,
    detail: summary,
    documentation: { kind, value: page },
    filterText: id,
    textEdit: { range, newText },
  };
}

function commentItem(range: WireRange, opened: string, behind: string, client: Client): CompletionItem {
  const isClosed = !opened.startsWith('/*') || behind.includes('*/');
  const ids = rules.map(({ id }) => id).join(',');
  const end = isClosed ? '' : ' */';
  return {
    label: `${suppressionWord} RULE: reason`,
    kind: CompletionItemKind.Snippet,
    detail: 'keep a finding out of the report, and say why',
    filterText: suppressionWord,
    ...(client.completionSnippets
      ? {
          insertTextFormat: InsertTextFormat.Snippet,
          textEdit: { range, newText: `${suppressionWord} \${1|${ids}|}: \${2:TODO: why}${end}` },
        }
      : { textEdit: { range, newText: `${suppressionWord} ` } }),
  };
}
