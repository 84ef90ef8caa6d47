/** Edits as people make them, and as nobody should: small ones mostly, and the text found its way back now and then. */
import { dictionary } from '../../fuzz/mutations.js';
import type { Random } from '../../fuzz/random.js';

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Statements that make sites and findings come and go. */
const statements: readonly string[] = [
  '\n\tdesc->addr = cpu_to_virtio64(vdev, virt_to_phys(desc));',
  '\n\tif (!virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM))\n\t\treturn false;',
  '\n\tif (virtio_has_dma_quirk(vdev))\n\t\treturn true;',
  '\n\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);',
  '\n\tsg_init_one(&sg, buf, len);\n\tvirtqueue_add_outbuf(vq, &sg, 1, buf, GFP_KERNEL);',
  '\n\t*addr = (dma_addr_t)sg_phys(sg);',
  '\n/* vringside-ignore secure-guest-unreadable: by hand */',
  '\n#ifdef CONFIG_X\n',
  '\n#endif\n',
];

/** Splices of one change notification; each refers to the text the ones before it left. */
export function randomEdit(text: string, original: string, random: Random): Splice[] {
  // A text too far from what it was says little more.
  if (text.length > original.length * 1.5 || random.chance(0.02))
    return [{ start: 0, end: text.length, text: original }];
  const count = random.chance(0.1) ? random.magnitude(2, 6) : 1;
  const splices: Splice[] = [];
  let now = text;
  for (let i = 0; i < count; i += 1) {
    const splice = whole(now, oneEdit(now, original, random));
    now = now.slice(0, splice.start) + splice.text + now.slice(splice.end);
    splices.push(splice);
  }
  return splices;
}

function oneEdit(text: string, original: string, random: Random): Splice {
  const at = random.below(text.length + 1);
  switch (random.below(8)) {
    case 0: // a letter typed
    case 1:
      return { start: at, end: at, text: random.pick([...'abcxyz_0123456789 \n\t;(){}*&!']) };
    case 2: // a letter deleted
      return { start: at, end: Math.min(text.length, at + 1), text: '' };
    case 3: {
      // a line deleted, or a few
      const start = text.lastIndexOf('\n', at) + 1;
      let end = start;
      for (let lines = random.magnitude(1, 8); lines > 0 && end >= 0; lines -= 1)
        end = text.indexOf('\n', end) + 1 || text.length;
      return { start, end, text: '' };
    }
    case 4: // a statement behind a brace or a semicolon
      return atStatement(text, at, random.pick(statements));
    case 5:
      return { start: at, end: at, text: random.pick(dictionary) };
    case 6: {
      // a piece of the text, or of what it was, put elsewhere
      const source = random.chance(0.5) ? text : original;
      const from = random.below(source.length + 1);
      return { start: at, end: at, text: source.slice(from, from + random.magnitude(1, 2000)) };
    }
    default: {
      // back to what it was from here on, or up to here
      const end = random.chance(0.5) ? text.length : at;
      return end === at
        ? { start: 0, end: at, text: original.slice(0, Math.min(at, original.length)) }
        : { start: at, end, text: original.slice(Math.min(at, original.length)) };
    }
  }
}

function atStatement(text: string, at: number, statement: string): Splice {
  const place = /[;{]/g;
  place.lastIndex = at;
  const found = place.exec(text)?.index;
  const start = found === undefined ? at : found + 1;
  return { start, end: start, text: statement };
}

/** Grown so that no character and no CRLF is cut in two: a client cannot send that. */
function whole(text: string, { start, end, text: inserted }: Splice): Splice {
  const isInside = (at: number): boolean =>
    (/[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '')) ||
    (text[at] === '\n' && text[at - 1] === '\r');
  return { start: isInside(start) ? start - 1 : start, end: isInside(end) ? end + 1 : end, text: inserted };
}
