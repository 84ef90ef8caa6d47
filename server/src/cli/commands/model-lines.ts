/** A stream of bytes as lines, however long the stream; a line that is too long is named, not held. */

export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly problem: string };

/** No scenario comes near it; what does is no file of scenarios. */
export const MAX_LINE_BYTES = 1 << 20;

const NEWLINE = 10;

/** The lines of each piece of input as it arrives: a `\n` ends a line, `\r` before it belongs to the end. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[]> {
  const splitter = new Splitter();
  for await (const chunk of input) yield splitter.push(chunk);
  yield splitter.end();
}

/** As a complaint names the input: `standard input` for `-`. */
export function nameOfInput(operand: string): string {
  return operand === '-' ? 'standard input' : operand;
}

class Splitter {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private number = 1;

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.hold(chunk.subarray(start, at));
      lines.push(this.take());
      start = at + 1;
    }
    this.hold(chunk.subarray(start));
    return lines;
  }

  /** What stands behind the last line end. */
  end(): readonly Line[] {
    return this.bytes === 0 ? [] : [this.take()];
  }

  private hold(piece: Uint8Array): void {
    this.bytes += piece.length;
    if (this.bytes <= MAX_LINE_BYTES) this.pieces.push(piece);
    else this.pieces = [];
  }

  private take(): Line {
    const { number, bytes } = this;
    const text = bytes > MAX_LINE_BYTES ? null : this.decode();
    this.pieces = [];
    this.bytes = 0;
    this.number += 1;
    if (bytes > MAX_LINE_BYTES) return { number, problem: `the line is longer than ${MAX_LINE_BYTES} bytes` };
    return text === null ? { number, problem: 'the line is not UTF-8' } : { number, text };
  }

  private decode(): string | null {
    try {
      return this.decoder.decode(Buffer.concat(this.pieces)).trim();
    } catch {
      return null;
    }
  }
}
