/** Reads a chart's SVG back as what a viewer sees: texts with their boxes, paths with their points. */
import { fontSize, textWidth } from '../../../../server/src/report/charts/labels.js';

export interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text directly after the tag. */
  readonly text: string;
  /** Where the groups around it put it. */
  readonly x: number;
  readonly y: number;
  /** Classes of the groups around it. */
  readonly groups: readonly string[];
}

/** Fails on text that is not well-formed. */
export function tagsOf(svg: string): readonly Tag[] {
  const tags: Tag[] = [];
  const open: { name: string; x: number; y: number; group: string }[] = [];
  for (const [, close, name = '', written = '', empty, text = ''] of svg.matchAll(
    /<(\/?)([\w:]+)((?: [\w:-]+="[^"<]*")*)(\/?)>([^<]*)/g,
  )) {
    if (close === '/') {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...written.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    const around = open.at(-1) ?? { x: 0, y: 0 };
    const [, dx = '0', dy = '0'] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec(attributes.transform ?? '') ?? [];
    const [x, y] = [around.x + Number(dx), around.y + Number(dy)];
    tags.push({ name, attributes, text, x, y, groups: open.map(({ group }) => group) });
    if (empty !== '/') open.push({ name, x, y, group: attributes.class ?? '' });
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  // Nothing but tags, text and what stands between: the pattern above has to have read every bracket.
  const read = [...svg.matchAll(/</g)].length;
  const matched = [...svg.matchAll(/<\/?[\w:]+(?: [\w:-]+="[^"<]*")*\/?>/g)].length;
  if (read !== matched) throw new Error('a bracket that belongs to no tag');
  return tags;
}

const sizes: readonly (readonly [string, number])[] = [
  ['vc-title', fontSize.title],
  ['vc-small', fontSize.small],
  ['vc-faint', fontSize.faint],
];

export function textsOf(svg: string): readonly Box[] {
  return tagsOf(svg)
    .filter(({ name }) => name === 'text')
    .map((tag) => {
      const name = tag.attributes.class ?? '';
      const size = sizes.find(([one]) => name.includes(one))?.[1] ?? fontSize.text;
      const text = plainText(tag.text);
      const width = textWidth(text, size, /title|name|alarm/.test(name));
      const at = tag.x + Number(tag.attributes.x);
      const anchor = tag.attributes['text-anchor'];
      const left = anchor === 'end' ? at - width : anchor === 'middle' ? at - width / 2 : at;
      const base = tag.y + Number(tag.attributes.y);
      return { text, left, right: left + width, top: base - size * 0.75, bottom: base + size * 0.2 };
    });
}

function plainText(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** Points of the paths of a class, path by path. */
export function pathsOf(svg: string, name: string): readonly (readonly Place[])[] {
  return tagsOf(svg)
    .filter((tag) => tag.name === 'path' && (tag.attributes.class ?? '').split(' ').includes(name))
    .map((tag) =>
      [...(tag.attributes.d ?? '').matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => ({
        x: tag.x + Number(x),
        y: tag.y + Number(y),
      })),
    );
}

export function overlaps(boxes: readonly Box[]): readonly string[] {
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `"${a.text}" lies on "${b.text}"`),
  );
}

/** Texts that reach beyond the picture. */
export function outside(svg: string): readonly string[] {
  const [, width = '0', height = '0'] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  return textsOf(svg)
    .filter(
      ({ left, right, top, bottom }) =>
        left < 0 || right > Number(width) || top < 0 || bottom > Number(height),
    )
    .map(({ text }) => text);
}
