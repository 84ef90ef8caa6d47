/** The pages `explain` shows and docs/ holds: one source, as Markdown. */
import type { Outcome } from '@vringside/grammars/outcomes';
import type { SiteKind } from '@vringside/grammars/site-kinds';
import { displayWidth, type Style, wrap } from './style.js';

const concerns = {
  yes: 'yes, when its guard holds: the device is given memory it cannot use, or this place decides about that',
  conditional: 'it depends on what the caller, the device or the platform supplies',
  no: 'none; it is bookkeeping, the other end, or harmless by construction',
} as const;

export function siteKindPage(kind: SiteKind): string {
  const what = kind.category === 'bypass' ? 'Bypass site' : 'Feature check';
  return [
    `# ${kind.id}`,
    `${what}: ${kind.title}.`,
    kind.meaning,
    `**Why it matters.** ${kind.matters}`,
    `**What to check.** ${kind.advice}`,
    `**Concern in a secure guest:** ${concerns[kind.concern]}.`,
    '',
  ].join('\n\n');
}

export function outcomePage(outcome: Outcome): string {
  return [
    `# ${outcome.id}`,
    `Outcome: ${outcome.title}.`,
    outcome.meaning,
    `**Why it matters.** ${outcome.matters}`,
    '',
  ].join('\n\n');
}

/** Markdown made readable on a terminal: headings, emphasis, lists and code; anything else stays as it is. */
export function markdownToText(markdown: string, style: Style): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  const flush = (): void => {
    if (paragraph.length > 0) out.push(...paragraphLines(paragraph.join(' '), style));
    paragraph = [];
  };
  let isCode = false;
  for (const line of markdown.trimEnd().split('\n')) {
    if (line.startsWith('```')) {
      flush();
      isCode = !isCode;
    } else if (isCode) {
      out.push(`    ${style.dim(style.bar)} ${line}`.trimEnd());
    } else if (/^(?: {4}|\||$)/.test(line)) {
      flush();
      out.push(line);
    } else if (/^#+ /.test(line)) {
      flush();
      out.push(style.bold(inline(line.replace(/^#+ /, ''), style)));
    } else if (/^\s*(?:[-*]|\d+\.) /.test(line)) {
      flush();
      paragraph = [line];
    } else {
      paragraph.push(line.trim());
    }
  }
  flush();
  return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

/** Wrapped, with the hanging indentation of a list item. */
function paragraphLines(text: string, style: Style): string[] {
  const marker = /^\s*(?:[-*]|\d+\.) /.exec(text)?.[0] ?? '';
  const indent = ' '.repeat(displayWidth(marker));
  return wrap(inline(text.slice(marker.length), style), style.width - indent.length).map(
    (line, i) => (i === 0 ? marker : indent) + line,
  );
}

function inline(text: string, style: Style): string {
  return text
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, target: string) =>
      label === target ? label : `${label} (${target})`,
    )
    .replace(/`([^`]+)`/g, (_, code: string) => eachWord(code, style.cyan))
    .replace(/\*\*([^*]+)\*\*/g, (_, strong: string) => eachWord(strong, style.bold));
}

/** Painted word by word, so that a line break inside carries no colour over. */
function eachWord(text: string, paint: (text: string) => string): string {
  return text.split(' ').map(paint).join(' ');
}
