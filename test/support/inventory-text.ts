/** The comparison as people read it: figures first, then every difference, grouped by file and kind. */
import {
  type Comparison,
  type Figures,
  figuresOf,
  type Guards,
  type Recall,
  resolvedText,
} from './inventory.js';

interface Difference {
  readonly file: string;
  readonly kind: string;
  readonly line: number;
  readonly text: string;
}

export function comparisonText(c: Comparison, limit = Number.POSITIVE_INFINITY): string {
  return [figuresText(c), ...sections(c).map(([title, list]) => section(title, list, limit))]
    .filter((part) => part !== '')
    .join('\n\n');
}

function figuresText(c: Comparison): string {
  const f: Figures = figuresOf(c);
  const recallLine = (name: string, share: number, r: Recall): string =>
    line(name, share, `${r.matches.length} of ${r.rows} rows; ${r.sameKind} with the same kind`);
  const guardLine = (name: string, share: number, g: Guards): string =>
    line(
      name,
      share,
      `${g.right} right, ${g.wrong.length} wrong (${count(g, 'too strong')} too strong, ${count(g, 'too weak')} too weak), ${g.undecided.length} undecided`,
    );
  const { right, wrong, wrongEnd } = c.precision;
  return [
    recallLine('bypass recall', f.bypassRecall, c.bypass),
    recallLine("bypass recall, guest's end", f.guestBypassRecall, c.guestBypass),
    line(
      'bypass precision',
      f.bypassPrecision,
      `${right} right, ${wrong.length} wrong, ${wrongEnd.length} right by place but for the other end`,
    ),
    recallLine('core feature recall', f.coreRecall, c.core),
    recallLine('peripheral feature recall', f.peripheralRecall, c.peripheral),
    guardLine('bypass guards', f.bypassGuards, c.bypassGuards),
    guardLine('core feature guards', f.coreGuards, c.coreGuards),
    guardLine('peripheral feature guards', f.peripheralGuards, c.peripheralGuards),
  ].join('\n');
}

function count(g: Guards, reason: string): number {
  return g.wrong.filter(({ verdict }) => verdict.verdict === 'wrong' && verdict.reason === reason).length;
}

function line(name: string, share: number, detail: string): string {
  return `${name.padEnd(28)} ${(share * 100).toFixed(2).padStart(6)} %   ${detail}`;
}

function sections(c: Comparison): [string, Difference[]][] {
  return [
    ['bypass rows missed', missed(c.bypass)],
    ['bypass sites that are none', wrongSites(c)],
    ['bypass sites for the wrong end', c.precision.wrongEnd.map((m) => differenceOfKind(m))],
    ['core feature rows missed', missed(c.core)],
    ['bypass guards that differ', guards(c.bypassGuards)],
    ['core feature guards that differ', guards(c.coreGuards)],
    ['bypass rows found under another kind', c.bypass.otherKind.map(differenceOfKind)],
    ['core feature rows found under another kind', c.core.otherKind.map(differenceOfKind)],
    ['peripheral feature rows missed', missed(c.peripheral)],
    ['peripheral feature guards that differ', guards(c.peripheralGuards)],
    ['peripheral feature rows found under another kind', c.peripheral.otherKind.map(differenceOfKind)],
    [
      'core feature sites without a row',
      c.unknownFeatureSites.map((s) => ({
        file: s.file,
        kind: s.kind,
        line: s.range.start.line,
        text: `${s.function} ${s.feature ?? ''} ${oneLine(s.expression)}`,
      })),
    ],
  ];
}

function missed(r: Recall): Difference[] {
  return r.missed.map((row) => ({
    file: row.file,
    kind: row.kind,
    line: row.line,
    text: [row.function, row.feature, row.note].filter((t) => t !== '').join('  '),
  }));
}

function wrongSites(c: Comparison): Difference[] {
  return c.precision.wrong.map(({ site, row }) => ({
    file: site.file,
    kind: site.kind,
    line: site.range.start.line,
    text: `${site.function}  ${oneLine(site.expression)}  ${row === null ? '(no row)' : `is ${row.kind}`}`,
  }));
}

function differenceOfKind({ row, site }: Comparison['bypass']['matches'][number]): Difference {
  return { file: row.file, kind: row.kind, line: row.line, text: `found as ${site.kind}  ${row.function}` };
}

function guards(g: Guards): Difference[] {
  return [...g.wrong, ...g.undecided].map(({ match: { row, site }, verdict }) => {
    const reason = verdict.verdict === 'right' ? '' : verdict.reason;
    const named = (word: string, terms: readonly string[]): string =>
      terms.length > 0 ? `, ${word} ${terms.join(' ')}` : '';
    const terms =
      verdict.verdict === 'wrong' ? named('lacks', verdict.lacks) + named('adds', verdict.adds) : '';
    const context = row.context === null ? '' : `  context ${row.context}`;
    return {
      file: row.file,
      kind: row.kind,
      line: row.line,
      text: `${reason}${terms}\n        row  ${row.guard}${context}\n        tool ${resolvedText(site.guard)}`,
    };
  });
}

function section(title: string, list: readonly Difference[], limit: number): string {
  if (list.length === 0) return '';
  const sorted = [...list].sort(
    (a, b) => compare(a.file, b.file) || compare(a.kind, b.kind) || a.line - b.line,
  );
  const lines = [`== ${title}: ${list.length}`];
  let [file, kind] = ['', ''];
  for (const d of sorted.slice(0, limit)) {
    if (d.file !== file) lines.push(d.file);
    if (d.file !== file || d.kind !== kind) lines.push(`  ${d.kind}`);
    [file, kind] = [d.file, d.kind];
    lines.push(`    ${String(d.line).padStart(5)}  ${d.text}`);
  }
  if (list.length > limit) lines.push(`  ... and ${list.length - limit} more`);
  return lines.join('\n');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
