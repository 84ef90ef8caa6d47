import { describe, expect, it } from 'vitest';
import type { Site } from '../../../server/src/analysis/site.js';
import { parseFixture, unmetExpectations } from '../../support/markers.js';

const text = [
  'A title',
  '//- include/a.h',
  'int a;',
  '//- drivers/b.c',
  '\t*addr = sg_phys(sg);',
  '/*              ^^^^^^^^^^^ bypass cpu_phys_to_device when !A && !xen_domain() */',
  '\tif (has(vdev, VIRTIO_F_RING_PACKED))',
  '/*          ^^^ feature has_feature VIRTIO_F_RING_PACKED always */',
].join('\n');

/** A site on `line` of b.c whose text is `expression`. */
function site(line: number, expression: string, part: Partial<Site> = {}): Site {
  const source = text.split('\n')[line + 3] ?? '';
  const column = source.indexOf(expression) + 1;
  if (column === 0) throw new Error(`no ${expression} in line ${line}`);
  return {
    id: `${line}-${expression}-${part.kind}`,
    category: 'bypass',
    kind: 'cpu_phys_to_device',
    file: 'drivers/b.c',
    function: 'f',
    range: { start: { line, column }, end: { line, column: column + expression.length } },
    expression,
    guard: { written: '', resolved: '!xen_domain() && !A', via: [] },
    ...part,
  };
}

const mapped = site(1, 'sg_phys(sg)');
const tested = site(3, 'has(vdev, VIRTIO_F_RING_PACKED)', {
  category: 'feature',
  kind: 'has_feature',
  feature: 'VIRTIO_F_RING_PACKED',
  guard: null,
});

function problems(sites: readonly Site[], source = text): string[] {
  return unmetExpectations(parseFixture(source, 'x.c'), sites, 'x.c');
}

describe('parseFixture', () => {
  it('splits files and reads markers by shown columns', () => {
    const fixture = parseFixture(text, 'x.c');
    expect([...fixture.files.keys()]).toEqual(['include/a.h', 'drivers/b.c']);
    expect(fixture.files.get('include/a.h')).toBe('int a;');
    const [first, second] = fixture.markers;
    expect(first).toMatchObject({
      file: 'drivers/b.c',
      line: 1,
      column: 10,
      endColumn: 21,
      when: '!A && !xen_domain()',
    });
    expect(second).toMatchObject({
      line: 3,
      column: 6,
      endColumn: 9,
      feature: 'VIRTIO_F_RING_PACKED',
      when: 'true',
    });
  });

  it('takes markers one below the other, and in a macro of many lines', () => {
    const source = [
      '//- a.c',
      '#define M(x) f(x); \\',
      '/*           ^ bypass payload_gpa */ \\',
      '/*           ^^^^ maybe feature mask_test */ \\',
      '\tg(x)',
    ];
    const { markers } = parseFixture(source.join('\n'), 'm.c');
    expect(markers.map((m) => [m.line, m.column, m.endColumn, m.isOptional])).toEqual([
      [1, 14, 15, false],
      [1, 14, 18, true],
    ]);
  });

  it.each([
    ['an unknown category', '/* ^^ pass cpu_phys_to_device */'],
    ['no kind', '/* ^^ bypass */'],
    ['words for a formula', '/* ^^ bypass payload_gpa when it is so */'],
    ['code before it', 'f(); /* ^^ bypass payload_gpa */'],
    ['a header that is none', '//-x.c'],
  ])('refuses %s', (_, line) => {
    expect(() => parseFixture(`//- a.c\nint a;\n${line}\n`, 'm.c')).toThrow(/m\.c:3/);
  });

  it('refuses a fixture without files, and a file given twice', () => {
    expect(() => parseFixture('int a;', 'm.c')).toThrow();
    expect(() => parseFixture('//- a.c\n//- a.c\n', 'm.c')).toThrow(/twice/);
  });
});

describe('expectations', () => {
  it('are met by sites of the kind at the place with an equivalent guard', () => {
    expect(problems([mapped, tested])).toEqual([]);
  });

  it('are met by a wider and by a narrower range, not by one beside', () => {
    expect(problems([site(1, '*addr = sg_phys(sg)'), tested])).toEqual([]);
    expect(problems([site(1, 'sg_phys'), tested])).toEqual([]);
    expect(problems([site(1, '*addr'), tested])).toHaveLength(2);
  });

  it('say what was not found', () => {
    expect(problems([tested])).toEqual(['x.c:5: not found: bypass cpu_phys_to_device']);
    expect(problems([{ ...mapped, kind: 'payload_gpa' }, tested])).toHaveLength(2);
  });

  it('say which guard differs', () => {
    const guard = { written: '', resolved: '!A', via: [] };
    expect(problems([{ ...mapped, guard }, tested])).toEqual([
      'x.c:5: cpu_phys_to_device: expected when !A && !xen_domain(), found when !A',
    ]);
    expect(problems([mapped, { ...tested, guard }])).toEqual([
      'x.c:7: has_feature: expected always, found when !A',
    ]);
  });

  it('say what was not expected: any other bypass, any decision, the same site twice', () => {
    const extra = site(3, 'has', { kind: 'payload_gpa' });
    const decision = site(3, 'has', { category: 'feature', kind: 'dma_api_decision' });
    const twice = site(1, 'sg_phys');
    for (const more of [extra, decision, twice]) expect(problems([mapped, tested, more])).toHaveLength(1);
  });

  it('leave other feature sites alone, unless they are asked for exactly', () => {
    const more = site(3, 'has', { category: 'feature', kind: 'wrapper_check' });
    expect(problems([mapped, tested, more])).toEqual([]);
    expect(problems([mapped, tested, more], text.replace('A title', 'A title, exact-features'))).toHaveLength(
      1,
    );
  });

  it('leave files of the bases alone', () => {
    expect(problems([mapped, tested, { ...mapped, file: 'include/other.h' }])).toEqual([]);
  });

  it('may have any part of what callers add', () => {
    const source = text.replace('always', 'always given B && C');
    const guarded = (resolved: string) => ({ ...tested, guard: { written: '', resolved, via: [] } });
    for (const resolved of ['B', 'C && B', 'true'])
      expect(problems([mapped, guarded(resolved)], source)).toEqual([]);
    expect(problems([mapped, guarded('A')], source)).toHaveLength(1);
    expect(problems([mapped, guarded('!B')], source)).toEqual([
      'x.c:7: has_feature: expected always given B && C, found when !B',
    ]);
  });

  it('may be left open', () => {
    const optional = text.replace('^^^^^^^^^^^ bypass', '^^^^^^^^^^^ maybe bypass');
    expect(problems([tested], optional)).toEqual([]);
    expect(problems([mapped, tested], optional)).toEqual([]);
  });
});
