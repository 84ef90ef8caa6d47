/** Text of SVG. Coordinates have two decimals at most, so that the same chart is the same bytes everywhere. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [` ${key}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`],
  );
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

export interface TextAttributes {
  readonly class: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** One line of text; `y` is its baseline. */
export function textAt(x: number, y: number, text: string, { class: name, anchor }: TextAttributes): string {
  const aligned = anchor === undefined || anchor === 'start' ? undefined : anchor;
  return element('text', { x, y, class: name, 'text-anchor': aligned }, escapeXml(text));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An open line through the points. */
export function linePath(points: readonly Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');
}

export function areaPath(points: readonly Point[]): string {
  return `${linePath(points)}Z`;
}

export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Characters that XML 1.0 does not allow become a mark. */
export function escapeXml(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd').replace(/[&<>"]/g, (c) => entities[c] ?? c);
}
