import { siteKinds } from '@vringside/grammars/site-kinds';
import { expect, it } from 'vitest';
import { markdownToText, siteKindPage } from '../../../server/src/report/page.js';
import { displayWidth, makeStyle, plainStyle } from '../../../server/src/report/style.js';

it('renders headings, emphasis, code, lists and code blocks for a terminal', () => {
  const markdown = [
    '# A rule',
    '',
    'First **strong** line with `code` and a [link](docs/x.md),',
    'second line.',
    '',
    '- one item',
    '  that goes on',
    '- another',
    '',
    '```c',
    'if (x)',
    '\treturn;',
    '```',
  ].join('\n');
  expect(markdownToText(markdown, plainStyle)).toBe(
    [
      'A rule',
      '',
      'First strong line with code and a link (docs/x.md), second line.',
      '',
      '- one item that goes on',
      '- another',
      '',
      '    | if (x)',
      '    | \treturn;',
      '',
    ].join('\n'),
  );
});

it('never lets a colour run over the end of a line', () => {
  const style = makeStyle({ isColoured: true, isUnicode: true, width: 80 });
  const text = markdownToText(`**${'bold words '.repeat(30).trim()}**`, style);
  const reset = `${String.fromCharCode(27)}[22m`;
  for (const line of text.trimEnd().split('\n')) expect(line.endsWith(reset)).toBe(true);
});

it('has a page for every kind of site that fits the terminal and leaves no mark-up behind', () => {
  for (const kind of siteKinds) {
    const text = markdownToText(siteKindPage(kind), plainStyle);
    expect(text.startsWith(`${kind.id}\n`)).toBe(true);
    expect(text, kind.id).not.toMatch(/\*\*|`|undefined/);
    expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(100);
  }
});
