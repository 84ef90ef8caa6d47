/**
 * Addresses of a text under edit. The text is cut into stretches, one for each slot (a top-level chunk, and what stands inside
 * it): from the line behind the slot before to the line end behind it. Between two stretches some addresses are left out, so
 * that a stretch may grow without the next being moved.
 */
import { LineIndex } from '../../text/line-index.js';
import type { Position, Span } from '../../text/span.js';

/** The place of a slot in the text. */
export interface Stretch {
  /** Where its code begins: this has the slot's address. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

export class Layout {
  readonly text: string;
  private readonly stretches: readonly Stretch[];
  private readonly addresses: readonly number[];
  private padded: string | null = null;

  /** One address a stretch; the stretches cover the text. */
  constructor(text: string, stretches: readonly Stretch[], addresses: readonly number[]) {
    this.text = text;
    this.stretches = stretches;
    this.addresses = addresses;
  }

  /** The offset an address stands at now; that of the end of a stretch for one that is left out behind it. */
  offsetOf(address: number): number {
    const at = lastWhere(this.stretches.length, (index) => this.firstOf(index) <= address);
    const stretch = this.stretches[at];
    if (stretch === undefined) return 0;
    return Math.min(stretch.start + address - (this.addresses[at] as number), stretch.to);
  }

  addressOf(offset: number): number {
    const at = lastWhere(this.stretches.length, (index) => (this.stretches[index] as Stretch).from <= offset);
    const stretch = this.stretches[at];
    return stretch === undefined ? offset : (this.addresses[at] as number) + offset - stretch.start;
  }

  /** The text with every character at its address, and empty lines where addresses are left out. */
  get addressedText(): string {
    if (this.padded === null) {
      let made = '';
      this.stretches.forEach(({ from, to }, index) => {
        made += '\n'.repeat(Math.max(0, this.firstOf(index) - made.length)) + this.text.slice(from, to);
      });
      this.padded = made;
    }
    return this.padded;
  }

  private firstOf(index: number): number {
    const { start, from } = this.stretches[index] as Stretch;
    return (this.addresses[index] as number) - (start - from);
  }
}

/** The last index for which the test holds, of those it holds for first; -1 for none. */
function lastWhere(count: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Lines and columns as they are in the text, offsets as addresses. */
export class AddressedLines extends LineIndex {
  private readonly layout: Layout;

  constructor(layout: Layout) {
    super(layout.text);
    this.layout = layout;
  }

  override toText(address: number): number {
    return this.layout.offsetOf(address);
  }

  override fromText(offset: number): number {
    return this.layout.addressOf(offset);
  }

  override lineAt(address: number): number {
    return super.lineAt(this.toText(address));
  }

  override positionAt(address: number): Position {
    return super.positionAt(this.toText(address));
  }

  override offsetAt(position: Position): number {
    return this.fromText(super.offsetAt(position));
  }

  override lineSpan(line: number): Span {
    const { start, end } = super.lineSpan(line);
    return { start: this.fromText(start), end: this.fromText(end) };
  }
}
