import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openSession, type Session, type Wear } from '../../../server/src/session/index.js';

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

async function open(text: string, wear?: Wear): Promise<Session> {
  const root = mkdtempSync(join(tmpdir(), 'vringside-memory-'));
  folders.push(root);
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return openSession({ root, cacheDir: null, rules: new Map(), ...(wear && { wear }) });
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

it('begins a worn program anew when told, and one that is worn out by itself', async () => {
  const lines = (round: number): string => `\tif (length == ${round} || !length) return ${round};\n`;
  const told = await open(code, { worn: 20, most: 1_000_000 });
  const first = await type(told, code, '    ');
  expect(told.isWorn).toBe(false);
  for (let round = 0; round < 3; round++) await type(told, code, lines(round));
  expect(told.isWorn).toBe(true);
  told.renew();
  const renewed = await type(told, code, '    ');
  expect(renewed.formulas).toBe(first.formulas);
  expect(told.isWorn).toBe(false);
  told.dispose();
  const most = 200;
  const alone = await open(code, { worn: 20, most });
  const made: number[] = [];
  for (let round = 0; round < 6; round++) {
    made.push((await type(alone, code, lines(round))).formulas);
  }
  expect(Math.max(...made)).toBeLessThan(first.formulas + 3 * most);
  expect(made.some((count, at) => count < (made[at - 1] ?? 0))).toBe(true);
  alone.dispose();
}, 60_000);
