import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruleInfos } from '../../server/src/rules/index.js';
import { checkoutRoot, readTracked, trackedFiles } from '../support/tracked-files.js';
import { commandLineDoc, outcomesDoc, rulesDoc, siteKindsDoc } from './generated-pages.js';
import { modelDoc, scenarioSchemaDoc } from './model-page.js';
import { settingsDoc } from './settings-page.js';
import { validationDocs, validationFolder } from './validation-page.js';

const pages = trackedFiles().filter((file) => file.endsWith('.md'));

describe('generated pages are current (npm run docs)', () => {
  const generated: Readonly<Record<string, () => string>> = {
    'site-kinds.md': siteKindsDoc,
    'outcomes.md': outcomesDoc,
    'rules.md': () => rulesDoc(ruleInfos),
    'command-line.md': commandLineDoc,
    'model.md': modelDoc,
    'scenario.schema.json': scenarioSchemaDoc,
    'editors/settings.md': settingsDoc,
  };
  it.each(Object.entries(generated))('docs/%s', async (name, generate) => {
    await expect(generate()).toMatchFileSnapshot(join(checkoutRoot, 'docs', name));
  });

  const { markdown, plots } = validationDocs();
  it('docs/model-validation.md', async () => {
    await expect(markdown).toMatchFileSnapshot(join(checkoutRoot, 'docs', 'model-validation.md'));
  });
  it.each(plots)(`docs/${validationFolder}/$file`, async ({ file, svg }) => {
    await expect(svg).toMatchFileSnapshot(join(checkoutRoot, 'docs', validationFolder, file));
  });
  it(`docs/${validationFolder} has no picture that the page does not show`, () => {
    const shown = plots.map(({ file }) => file);
    expect(readdirSync(join(checkoutRoot, 'docs', validationFolder)).sort()).toEqual(shown.toSorted());
  });
});

it('has no link between its pages that leads nowhere', () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ''] of readTracked(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#');
      if (/^[a-z]+:/.test(target)) continue;
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(checkoutRoot, file))) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined && file.endsWith('.md') && !anchors(readTracked(file)).has(anchor)) {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

/** Heading anchors as code hosts make them. */
function anchors(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

it('names only npm scripts that exist', () => {
  const scripts = JSON.parse(readTracked('package.json')).scripts;
  const named = pages.flatMap((page) =>
    [...readTracked(page).matchAll(/\bnpm run (?:--?\w+ )*([\w:-]+)/g)].map(([, name = '']) => ({
      page,
      name,
    })),
  );
  expect(named.length).toBeGreaterThan(3);
  for (const { page, name } of named) expect(scripts, page).toHaveProperty([name]);
});
