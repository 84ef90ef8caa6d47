/** JSON read with the place of each value, so that a complaint can name its line: `JSON.parse` does not tell it. */

export type JsonNode =
  | { readonly at: number; readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }
  | { readonly at: number; readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly at: number; readonly kind: 'scalar'; readonly value: string | number | boolean | null };

export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** Offset in the text. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Deeper nesting is refused: no file of ours comes near, and a stack has an end. */
const MOST_DEPTH = 200;

/** @throws {JsonError} */
export function readJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  if (reader.peek() !== '')
    throw new JsonError(reader.at, `unexpected ${shown(reader.peek())} after the end`);
  return node;
}

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next character that is no white space; '' at the end. */
  peek(): string {
    this.take(/[ \t\r\n]*/y);
    return this.text[this.at] ?? '';
  }

  value(depth: number): JsonNode {
    const next = this.peek();
    if (depth > MOST_DEPTH) throw new JsonError(this.at, 'nested too deeply');
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    const { at } = this;
    if (next === '"') return { at, kind: 'scalar', value: this.string() };
    const word = this.take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (word === '') throw this.unexpected('a value');
    return { at, kind: 'scalar', value: JSON.parse(word) as number | boolean | null };
  }

  private object(depth: number): JsonNode {
    const { at } = this;
    const members = new Map<string, JsonNode>();
    this.list('{', '}', () => {
      if (this.peek() !== '"') throw this.unexpected('a key in quotes');
      const key = this.string();
      if (this.peek() !== ':') throw this.unexpected("':'");
      this.at++;
      members.set(key, this.value(depth + 1));
    });
    return { at, kind: 'object', members };
  }

  private array(depth: number): JsonNode {
    const { at } = this;
    const items: JsonNode[] = [];
    this.list('[', ']', () => items.push(this.value(depth + 1)));
    return { at, kind: 'array', items };
  }

  private list(open: '{' | '[', close: '}' | ']', element: () => void): void {
    this.at += open.length;
    if (this.peek() === close) {
      this.at++;
      return;
    }
    for (;;) {
      element();
      const next = this.peek();
      if (next !== ',' && next !== close) throw this.unexpected(`',' or '${close}'`);
      this.at++;
      if (next === close) return;
    }
  }

  private string(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in its strings
    const quoted = this.take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (quoted === '')
      throw new JsonError(this.at, 'a string that does not end, or has a character that must be escaped');
    return JSON.parse(quoted) as string;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private unexpected(wanted: string): JsonError {
    const next = this.peek();
    if (next === '') return new JsonError(this.text.trimEnd().length, `ends where ${wanted} is wanted`);
    return new JsonError(this.at, `${shown(next)} where ${wanted} is wanted`);
  }
}

function shown(character: string): string {
  return JSON.stringify(character);
}
