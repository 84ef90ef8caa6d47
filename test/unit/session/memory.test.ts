import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openSession, type Session } from '../../../server/src/session/index.js';

const file = 'drivers/block/a.c';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const functionOf = (number: number): string => `
struct queue_of_number_${number} {
	struct virtqueue *the_queue_of_number_${number};
};

static int fill_the_queue_of_number_${number}(struct queue_of_number_${number} *queue, void *buf, int length)
{
	struct scatterlist sg;

	if (virtio_has_feature(queue->the_queue_of_number_${number}->vdev, VIRTIO_F_VERSION_1))
		return -EINVAL;
	sg_init_one(&sg, buf, length);
	return virtqueue_add_inbuf(queue->the_queue_of_number_${number}, &sg, 1, buf, GFP_ATOMIC);
}
`;

const functions = 8;
const code = `#include <linux/virtio.h>\n${Array.from({ length: functions }, (_, number) => functionOf(number)).join('')}`;

async function open(text: string): Promise<Session> {
  const root = mkdtempSync(join(tmpdir(), 'vringside-memory-'));
  folders.push(root);
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return openSession({ root, cacheDir: null, rules: new Map() });
}

/** Behind the brace a function's body begins with. */
function bodyOf(text: string, number: number): number {
  return text.indexOf('\n{\n', text.indexOf(`fill_the_queue_of_number_${number}(`)) + 3;
}

/** A line typed in one function after the other, letter by letter, and taken back. */
function* typing(text: string, line: string): Generator<string> {
  for (let number = 0; number < functions; number++) {
    const at = bodyOf(text, number);
    for (let length = 4; length <= line.length; length += 8)
      yield text.slice(0, at) + line.slice(0, length) + text.slice(at);
    yield text;
  }
}

interface Sizes {
  readonly answers: number;
  readonly formulas: number;
}

async function type(session: Session, text: string, line: string): Promise<Sizes> {
  let sizes = { answers: 0, formulas: 0 };
  for (const edited of typing(text, line)) {
    session.edit(file, edited);
    const view = await session.view([file]);
    if (view === null) throw new Error('nobody makes it obsolete');
    const { program, inventory } = view;
    sizes = { answers: program.ledger.size, formulas: inventory.resolver.atoms.formulas.size };
  }
  return sizes;
}

it('holds as much after many edits as after a few', async () => {
  const session = await open(code);
  const line = '\tif (length > 4096) return -EIO;\n';
  await type(session, code, line);
  const first = await type(session, code, line);
  for (let round = 0; round < 4; round++)
    await type(session, code, `\tif (length == ${round}) return ${round};\n`);
  const before = await type(session, code, line);
  const last = await type(session, code, line);
  expect(first.answers).toBeGreaterThan(100);
  expect(last.answers).toBeLessThan(first.answers * 1.1);
  // A condition that was met before is the formula it was then.
  expect(last.formulas).toBe(before.formulas);
  session.dispose();
}, 60_000);
