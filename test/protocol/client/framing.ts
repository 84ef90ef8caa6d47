/** The base protocol's framing: `Content-Length: N\r\n\r\n` and N bytes of UTF-8. Written anew, so that it judges the server's own. */

export function frame(body: string): Buffer {
  const bytes = Buffer.from(body, 'utf8');
  return Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`, 'ascii'), bytes]);
}

/** Gives each whole body to `onBody`. Throws on anything a server must never write to its standard output. */
export function unframer(onBody: (body: string) => void): (data: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (data) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (;;) {
      const headerEnd = pending.indexOf('\r\n\r\n');
      if (headerEnd < 0) {
        if (pending.length > 4096) throw stray(pending);
        return;
      }
      const header = pending.toString('ascii', 0, headerEnd);
      const length =
        /^(?:Content-Type:[^\r\n]*\r\n)?Content-Length: (\d+)(?:\r\nContent-Type:[^\r\n]*)?$/i.exec(
          header,
        )?.[1];
      if (length === undefined) throw stray(pending);
      const bodyEnd = headerEnd + 4 + Number(length);
      if (pending.length < bodyEnd) return;
      const body = pending.toString('utf8', headerEnd + 4, bodyEnd);
      pending = pending.subarray(bodyEnd);
      onBody(body);
    }
  };
}

function stray(bytes: Buffer): Error {
  return new Error(`no protocol on standard output: ${JSON.stringify(bytes.toString('utf8', 0, 200))}`);
}
