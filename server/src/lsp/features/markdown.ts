/** Markdown of our own hovers, for readers who see it as text, and the escaping of foreign text in it. */

/**
 * Only what would be read as markup: some editors show Markdown as it is, and an underscore inside a name is none.
 */
export function escaped(text: string): string {
  return text.replace(/[\\`*<[]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, (char) => `\\${char}`);
}

export function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  const pad = text.includes('`') ? ' ' : '';
  return `${fence}${pad}${text.replaceAll('\n', ' ')}${pad}${fence}`;
}

/** In a cell of a table a bar ends the cell, even inside code. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

export function link(text: string, uri: string): string {
  return `[${text}](${uri})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Our own Markdown as plain text: no emphasis, tables with columns in line. */
export function markdownToPlain(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const rows: string[][] = [];
    while (/^\|.*\|$/.test(lines[at] ?? '')) {
      const cells = (lines[at] ?? '').slice(1, -1).split(/(?<!\\)\|/);
      if (!cells.every((c) => /^\s*-+\s*$/.test(c))) rows.push(cells.map((c) => plain(c.trim())));
      at += 1;
    }
    if (rows.length > 0) {
      out.push(...aligned(rows));
      continue;
    }
    const text = lines[at] ?? '';
    if (text !== '---') out.push(plain(text));
    at += 1;
  }
  return out.join('\n').replace(/\n{3,}/g, '\n\n');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*(.+?)\*\*/g, '$1')
    .replace(/(`+)(.+?)\1/g, '$2')
    .replace(/^#+ /, '')
    .replace(/\\([\\`*_{}[\]()#+!|<>~-])/g, '$1');
}
