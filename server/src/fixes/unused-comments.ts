/** Suppression comments that suppress nothing: taken out, or their rule's name put right. */
import { type Finding, rules } from '../rules/index.js';
import { readSuppression } from '../suppress/index.js';
import type { Span } from '../text/span.js';
import { suggestions } from '../text/suggest.js';
import { type Change, type FixContext, type Remedy, remedy, spanOf } from './fix.js';

export function mendedComment(context: FixContext, { file, range }: Finding): Remedy | null {
  const { program } = context;
  const at = spanOf(program, file, range);
  const comment = program.textOf(file, at);
  const said = readSuppression(comment);
  // A reason has to be written by someone who knows it.
  if (said === null || said.reason === '') return null;
  const family = 'unused-suppression';
  const known = rules.map((rule) => rule.id);
  const misspelt = said.rules.find((rule) => !known.includes(rule) && suggestions(rule, known).length === 1);
  if (misspelt !== undefined) {
    const [meant = misspelt] = suggestions(misspelt, known);
    const start = at.start + comment.indexOf(misspelt);
    const change = { start, end: start + misspelt.length, newText: meant };
    return remedy(program, file, { family, title: `Write ${meant}`, isPreferred: false }, [change]);
  }
  const used = said.rules.filter((rule) => isUsed(context, file, range, rule));
  if (used.length === 0) {
    const title = 'Remove the comment that suppresses nothing';
    return remedy(program, file, { family, title, isPreferred: true }, [
      removed(program.source(file)?.text ?? '', at),
    ]);
  }
  const list = /vringside-ignore\s+([^:]*?)\s*:/.exec(comment);
  const names = list?.[1];
  if (list === null || names === undefined) return null;
  const start = at.start + list.index + list[0].indexOf(names);
  const idle = said.rules.filter((rule) => !used.includes(rule)).join(', ');
  return remedy(program, file, { family, title: `Take ${idle} out of the comment`, isPreferred: true }, [
    { start, end: start + names.length, newText: used.join(', ') },
  ]);
}

function isUsed({ suppressed }: FixContext, file: string, range: Finding['range'], rule: string): boolean {
  return suppressed.some(
    ({ file: where, rule: of, suppression: { range: at } }) =>
      where === file &&
      of === rule &&
      at.start.line === range.start.line &&
      at.start.column === range.start.column,
  );
}

/** The comment, and the blanks before it; the line with it where it holds nothing else. */
function removed(text: string, { start, end }: Span): Change {
  const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const from = start - before;
  const after = /^[ \t\r]*(?:\n|$)/.exec(text.slice(end))?.[0].length;
  const isWholeLine = from === 0 || text[from - 1] === '\n';
  if (isWholeLine) return { start: after === undefined ? start : from, end: end + (after ?? 0), newText: '' };
  return after === undefined ? { start, end, newText: '' } : { start: from, end, newText: '' };
}
