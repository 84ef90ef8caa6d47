import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../server/src/report/report.js';
import type { RuleLevels } from '../../../server/src/rules/index.js';
import { analyseSources } from '../../../server/src/service/analyse.js';
import { readSuppression } from '../../../server/src/suppress/index.js';

const file = 'drivers/virtio/virtio_sample.c';
const rule = 'dma-bypass-unconditional';

async function check(text: string, levels: RuleLevels = new Map()): Promise<Report> {
  const report = await analyseSources(
    new Map([[file, `#include <linux/virtio.h>\n${text}`]]),
    new Map([['secure-guest-unreadable', 'off'], ...levels]),
  );
  expect(report.notAnalysed).toEqual([]);
  return report;
}

/** `rule function()`, and in brackets what a comment keeps out. */
function brief({ findings, suppressed }: Report): string[] {
  return [
    ...findings.map((f) => `${f.rule} ${f.function}()`),
    ...suppressed.map((f) => `[${f.rule} ${f.function}(): ${f.suppression.reason}]`),
  ];
}

/** Two functions, each with an address that nothing guards; marks stand for what a test puts there. */
function driver(marks: {
  readonly above?: string;
  readonly before?: string;
  readonly beside?: string;
  readonly between?: string;
}): string {
  const { above = '', before = '', beside = '', between = '' } = marks;
  return `
${above}
static void fill(struct virtio_device *vdev, struct entry *e, void *data)
{
	e->len = 4;
	${before}
	e->addr = cpu_to_le64(virt_to_phys(data)); ${beside}
	${between}
}

static void refill(struct virtio_device *vdev, struct entry *e, void *data)
{
	e->addr = cpu_to_le64(virt_to_phys(data));
}
`;
}

const both = [`${rule} fill()`, `${rule} refill()`];
const onlySecond = [`${rule} refill()`, `[${rule} fill(): the ring is ours]`];
const comment = `/* vringside-ignore ${rule}: the ring is ours */`;

describe('a suppression', () => {
  it('has two findings to suppress', async () => {
    expect(brief(await check(driver({})))).toEqual(both);
  });

  it.each([
    ['on the line before', { before: comment }],
    ['on the line, behind the code', { beside: comment }],
    ['as a line comment', { beside: `// vringside-ignore ${rule}: the ring is ours` }],
    ['above the function', { above: comment }],
    ['above the function, under its description', { above: `/**\n * fill() - fills\n */\n${comment}` }],
    ['above the description of the function', { above: `${comment}\n/**\n * fill() - fills\n */` }],
    ['over several lines', { before: `/*\n\t * vringside-ignore ${rule}: the\n\t * ring is ours\n\t */` }],
    [
      'of several rules',
      { beside: `/* vringside-ignore ${rule}, secure-guest-unreadable: the ring is ours */` },
    ],
  ])('works %s', async (_where, marks) => {
    expect(brief(await check(driver(marks)))).toEqual(onlySecond);
  });

  it('reaches to the end of a statement that begins on the next line, and no further', async () => {
    const { findings, suppressed } = await check(`
static void fill(struct virtio_device *vdev, struct entry *e, void *data, void *more)
{
	${comment}
	e->addr =
		cpu_to_le64(
			virt_to_phys(data));
	e->next = cpu_to_le64(virt_to_phys(more));
}
`);
    expect([findings.map((f) => f.range.start.line), suppressed.map((f) => f.range.start.line)]).toEqual([
      [9],
      [6],
    ]);
  });

  it('keeps what it says and where it stands', async () => {
    const [first] = (await check(driver({ beside: comment }))).suppressed;
    expect(first).toMatchObject({ rule, level: 'note', suppression: { reason: 'the ring is ours' } });
    expect(first?.suppression.range.start.line).toBe(first?.range.start.line);
  });

  it('says nothing of other rules', async () => {
    const other = comment.replace(rule, 'swiotlb-limit-ignored');
    expect(brief(await check(driver({ beside: other })))).toEqual([
      both[0],
      'unused-suppression fill()',
      both[1],
    ]);
  });
});

describe('a suppression that suppresses nothing', () => {
  const complaint = async (text: string, levels?: RuleLevels): Promise<string[]> =>
    (await check(driver({ between: text }), levels)).findings
      .filter((f) => f.rule === 'unused-suppression')
      .map((f) => `${f.level} ${f.function}(): ${f.message}`);

  it('is reported where nothing is found', async () => {
    expect(await complaint(comment)).toEqual([
      `note fill(): ${rule} finds nothing here: the comment suppresses nothing, remove it`,
    ]);
  });

  it('is reported for the rule of several that finds nothing', async () => {
    const text = `/* vringside-ignore ${rule}, bounce-amplification: the ring is ours */`;
    const { findings, suppressed } = await check(driver({ beside: text }));
    expect(suppressed).toHaveLength(1);
    expect(
      findings.map((f) => f.message).filter((m) => m.startsWith('bounce-amplification finds')),
    ).toHaveLength(1);
  });

  it.each([
    ['names no rule', '/* vringside-ignore: because */', 'names no rule'],
    [
      'names an unknown rule',
      '/* vringside-ignore dma-bypas-unconditional: because */',
      `did you mean ${rule}?`,
    ],
    ['would suppress complaints', '/* vringside-ignore unused-suppression: no */', 'cannot be suppressed'],
    ['has no reason', `/* vringside-ignore ${rule} */`, 'no reason is given'],
    ['has an empty reason', `/* vringside-ignore ${rule}:  */`, 'no reason is given'],
    ['has a reason still to be written', `/* vringside-ignore ${rule}: TODO why */`, 'no reason is given'],
  ])('is reported when it %s', async (_what, text, words) => {
    const said = await complaint(text);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(words);
  });

  it('has no effect without a reason', async () => {
    expect(brief(await check(driver({ beside: `/* vringside-ignore ${rule} */` })))).toEqual([
      both[0],
      'unused-suppression fill()',
      both[1],
    ]);
  });

  it('is not reported when its rule is off, or complaints are', async () => {
    expect(await complaint(comment, new Map([[rule, 'off']]))).toEqual([]);
    expect(await complaint(comment, new Map([['unused-suppression', 'off']]))).toEqual([]);
    expect(await complaint(comment, new Map([['unused-suppression', 'error']]))).toHaveLength(1);
  });

  it('is not looked for in strings, code or the middle of comments', async () => {
    expect(await complaint(`/* see vringside-ignore ${rule}: in the manual */`)).toEqual([]);
    expect(await complaint('pr_info("/* vringside-ignore nothing: x */");')).toEqual([]);
    expect(await complaint('/* vringside-ignored by all: x */')).toEqual([]);
  });

  it('is reported in a file that has nothing to do with virtio', async () => {
    const report = await analyseSources(
      new Map([['lib/list.c', `${comment}\nint answer(void)\n{\n\treturn 1;\n}\n`]]),
    );
    expect(report.findings.map((f) => f.rule)).toEqual(['unused-suppression']);
  });
});

describe('reading a comment', () => {
  it('never throws, and takes only what begins with the word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const said = readSuppression(`/*${text}*/`);
        return said === null || text.replace(/[\s*/]+/, '').startsWith('vringside-ignore');
      }),
    );
  });

  it('folds white space and finds rules and reason', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), { minLength: 1, maxLength: 4 }),
        fc.stringMatching(/^[a-z]{1,5}( [a-z]{1,5}){0,3}$/),
        fc.constantFrom(',', ', ', ' ,\n * '),
        (rules, reason, between) => {
          const text = `/* vringside-ignore ${rules.join(between)}: ${reason}\n */`;
          expect(readSuppression(text)).toEqual({ rules, reason });
        },
      ),
    );
  });
});
