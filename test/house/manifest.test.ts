import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands as wireCommands } from '../../server/src/lsp/protocol.js';
import { defaultSettings } from '../../server/src/lsp/settings.js';
import { checkoutRoot, readTracked, trackedFiles } from '../support/tracked-files.js';
import { manifestWithSettings, settingProperties } from './manifest.js';

const manifest = JSON.parse(readTracked('package.json'));
const sources = trackedFiles('client/src').filter((file) => file.endsWith('.ts'));

it('the manifest has the settings the server knows (npm run docs)', async () => {
  await expect(manifestWithSettings()).toMatchFileSnapshot(join(checkoutRoot, 'package.json'));
});

it('each setting has the default the server has, and a description', () => {
  const properties = settingProperties();
  for (const [name, value] of Object.entries(defaultSettings)) {
    expect(properties[`vringside.${name}`], name).toMatchObject({
      default: value,
      markdownDescription: expect.stringMatching(/.{20}/),
    });
  }
});

describe('commands', () => {
  const declared: readonly string[] = manifest.contributes.commands.map(
    ({ command }: { command: string }) => command,
  );
  /** As the sources register them: by their text, or by the name the protocol gives them. */
  const registered = sources.flatMap((file) =>
    [
      ...readTracked(file).matchAll(
        /\b(?:registerCommand|register)\(\s*(?:'([^']+)'|clientCommands\.(\w+))/g,
      ),
    ].map(([, text, name]) => text ?? wireCommands[name as keyof typeof wireCommands]),
  );
  /** Named by code lenses, trees and hovers alone: nothing a person would look for. */
  const internal = ['vringside.showTrace', 'vringside.copyText', 'vringside.goTo'];

  it('are registered as they are declared, and declared unless internal', () => {
    expect(registered.length).toBeGreaterThan(10);
    expect(registered.toSorted()).toEqual([...declared, ...internal].toSorted());
  });

  it('that menus and the walkthrough name exist', () => {
    const named = [...readTracked('package.json').matchAll(/command:(vringside\.[\w.]+)/g)].map(
      ([, id]) => id,
    );
    const menus = Object.values(manifest.contributes.menus).flat() as { command: string }[];
    for (const id of [...named, ...menus.map(({ command }) => command)]) expect(declared).toContain(id);
  });

  it('that need an argument are not in the palette', () => {
    const hidden = manifest.contributes.menus.commandPalette.map(
      ({ command }: { command: string }) => command,
    );
    expect(hidden).toContain('vringside.sites.showMatrix');
  });
});

it('asks for no editor that the types do not know', () => {
  const types = JSON.parse(
    readFileSync(join(checkoutRoot, 'node_modules/@types/vscode/package.json'), 'utf8'),
  );
  expect(manifest.engines.vscode).toBe(`^${types.version}`);
});

it('works where nothing of the workspace may be run, and says why not where there is no disk', () => {
  expect(manifest.capabilities.untrustedWorkspaces).toEqual({ supported: true });
  expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
  expect(manifest.extensionKind).toEqual(['workspace']);
});

it('names files that are there', () => {
  const text = readTracked('package.json');
  const named = [...text.matchAll(/"(client\/media\/[^"*]+)"/g)].map(([, file]) => file);
  expect(named.length).toBeGreaterThan(4);
  for (const file of named) expect(trackedFiles()).toContain(file);
});

it('is never published as a package of npm by accident', () => {
  expect(manifest.private).toBe(true);
});
