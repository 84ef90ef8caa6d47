/**
 * Standard input without what is no message. The library's reader stops at a header it cannot use, and counts backwards at
 * a negative length: one such message would silence the server for good.
 */
import { Transform, type TransformCallback } from 'node:stream';

const HEADER_END = '\r\n\r\n';
/** Behind this many bytes without an end it is no header. */
const LONGEST_HEADER = 64 * 1024;
/** The longest a string of this engine can get is twice as much; waiting for more would be waiting for ever. */
const LONGEST_BODY = 256 * 1024 * 1024;

export class Messages extends Transform {
  readonly #onBroken: (header: string) => void;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes of the present message's body that are still to come. */
  #left = 0;

  constructor(onBroken: (header: string) => void) {
    super();
    this.#onBroken = onBroken;
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = data;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const body = rest.subarray(0, this.#left);
        this.#left -= body.length;
        rest = rest.subarray(body.length);
        this.push(body);
      } else rest = this.#header(rest);
    }
    done();
  }

  /** Takes one header, as far as it has come; gives what stands behind it. */
  #header(data: Buffer): Buffer {
    const bytes = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data]);
    const end = bytes.indexOf(HEADER_END);
    if (end < 0) {
      const isLost = bytes.length > LONGEST_HEADER;
      if (isLost) this.#onBroken(bytes.toString('latin1', 0, 200));
      this.#pending = isLost ? Buffer.alloc(0) : bytes;
      return Buffer.alloc(0);
    }
    this.#pending = Buffer.alloc(0);
    const header = bytes.toString('latin1', 0, end);
    // Behind the body of a message whose header was dropped stands the next header, on the same line.
    const length = Number(/content-length:[ \t]*(\d{1,10})[ \t]*(?:\r\n|$)/i.exec(header)?.[1] ?? Number.NaN);
    if (length <= LONGEST_BODY) {
      this.#left = length;
      this.push(`Content-Length: ${length}${HEADER_END}`);
    } else this.#onBroken(header.slice(0, 200));
    return bytes.subarray(end + HEADER_END.length);
  }
}
