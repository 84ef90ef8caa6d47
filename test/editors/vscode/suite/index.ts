/** What the extension does for a reader, asked through the interface that VS Code gives extensions. */
import assert from 'node:assert/strict';
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CodeAction,
  type CodeLens,
  ConfigurationTarget,
  commands,
  type DocumentSymbol,
  extensions,
  type Hover,
  type InlayHint,
  type Location,
  type LocationLink,
  type MarkdownString,
  Range,
  Uri,
  workspace,
} from 'vscode';
import { eventually, type HostTests, runTests } from './harness.js';
import {
  codeOf,
  fileUri,
  findings,
  findingsAre,
  gpu,
  open,
  ours,
  place,
  replace,
  revert,
  revertAll,
  ring,
} from './workspace.js';

const bypass = 'secure-guest-unreadable:39';

const execute = <T>(command: string, ...args: unknown[]): Promise<T> =>
  Promise.resolve(commands.executeCommand<T>(command, ...args));

const tests: HostTests = {
  'a C file starts the extension, and its findings appear': async () => {
    const document = await open(ring);
    await findingsAre(document.uri, [bypass]);
    assert.equal(extensions.getExtension('vringside.vringside')?.isActive, true);
  },

  'a finding is linked to its page, and to the places that decide': async () => {
    const document = await open(ring);
    const [finding] = await eventually('a finding', () => {
      const found = ours(document.uri);
      return found.length > 0 ? found : null;
    });
    assert.ok(finding);
    assert.match(finding.message, /the device faults/);
    assert.ok(typeof finding.code === 'object' && finding.code.target.toString() !== '');
    assert.ok((finding.relatedInformation ?? []).length > 0);
    assert.match(document.getText(finding.range), /sg_phys\(sg\)/);
  },

  'no finding is shown twice': async () => {
    const document = await open(ring);
    await findingsAre(document.uri, [bypass]);
    const all = findings(document.uri);
    assert.deepEqual(all, [...new Set(all)]);
  },

  'files that are not open are checked too': async () => {
    await eventually('a finding in a file nobody opened', () =>
      findings(fileUri('drivers/char/virtio_demo_log.c')).length > 0 ? true : null,
    );
  },

  'hover on a decision function tells when it is true, and what becomes of the data': async () => {
    const document = await open(ring);
    const at = place(document, 'vring_use_dma_api').start;
    const text = await eventually('a hover', async () => {
      const hovers = await execute<Hover[]>('vscode.executeHoverProvider', document.uri, at);
      const found = hovers.flatMap(({ contents }) =>
        contents.map((part) => (part as MarkdownString).value ?? part),
      );
      return found.find((part) => String(part).includes('Decision function')) ?? null;
    });
    assert.match(String(text), /ACCESS_PLATFORM/);
    assert.match(String(text), /\| plain guest \|/);
  },

  'a line above functions says what becomes of the data': async () => {
    const document = await open(ring);
    const titles = await eventually('lenses', async () => {
      const lenses = await execute<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 50);
      const found = lenses.flatMap(({ command }) => command?.title ?? []);
      return found.length > 0 ? found : null;
    });
    assert.ok(
      titles.some((title) => /fault/.test(title)),
      titles.join('\n'),
    );
  },

  'hints stand at sites': async () => {
    const document = await open(ring);
    const whole = new Range(0, 0, document.lineCount, 0);
    await eventually('hints', async () => {
      const hints = await execute<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole);
      return hints.length > 0 ? hints : null;
    });
  },

  'symbols are the functions with sites, and what they hold': async () => {
    const document = await open(ring);
    const symbols = await eventually('symbols', async () => {
      const found = await execute<DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      );
      return found !== undefined && found.length > 0 ? found : null;
    });
    assert.ok(symbols.some(({ name }) => name.startsWith('vring_use_dma_api')));
  },

  'a name leads to the function that decides, in another file': async () => {
    const document = await open(ring);
    const at = place(document, 'virtio_has_dma_quirk').start;
    const targets = await eventually('a definition', async () => {
      const found = await execute<(Location | LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        at,
      );
      return found.length > 0 ? found : null;
    });
    const uris = targets.map((target) => ('uri' in target ? target.uri : target.targetUri).path);
    assert.ok(
      uris.some((path) => path.endsWith('include/linux/virtio_config.h')),
      uris.join('\n'),
    );
  },

  'a call hierarchy leads from a site up to where it is reached from': async () => {
    const document = await open(ring);
    const at = place(document, 'vring_map_one_sg').start;
    const [item] = await eventually('an item', async () => {
      const found = await execute<CallHierarchyItem[]>('vscode.prepareCallHierarchy', document.uri, at);
      return found.length > 0 ? found : null;
    });
    const calls = await execute<CallHierarchyIncomingCall[]>('vscode.provideIncomingCalls', item);
    assert.ok(calls.some(({ from }) => from.name.startsWith('vring_add_one')));
  },

  'an edit of the decision function changes its own file and its neighbours': async () => {
    const decided = await open(gpu);
    await eventually('the difference', () =>
      findings(decided.uri).includes('guard-differs-from-core:14') ? true : null,
    );
    const document = await open(ring);
    await replace(document, 'return false;', 'return true;');
    await findingsAre(document.uri, []);
    await eventually('no difference', () =>
      findings(decided.uri).includes('guard-differs-from-core:14') ? null : true,
    );
    await revert(document);
    await findingsAre(document.uri, [bypass]);
  },

  'a finding is silenced by a quick fix that asks for a reason': async () => {
    const document = await open(ring);
    await findingsAre(document.uri, [bypass]);
    const range = ours(document.uri)[0]?.range;
    assert.ok(range);
    const actions = await execute<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      undefined,
      20,
    );
    const silence = actions.find(({ title }) => /^Suppress .* here/.test(title));
    assert.ok(silence, actions.map(({ title }) => title).join('\n'));
    if (silence.edit !== undefined) await workspace.applyEdit(silence.edit);
    if (silence.command !== undefined)
      await execute(silence.command.command, ...(silence.command.arguments ?? []));
    assert.match(document.getText(), /vringside-ignore secure-guest-unreadable/);
    const reason = /TODO[^*]*/.exec(document.getText())?.[0];
    if (reason !== undefined) await replace(document, reason, 'checked by hand ');
    await findingsAre(document.uri, []);
    await revert(document);
    await findingsAre(document.uri, [bypass]);
  },

  'a rule that is turned off in the settings is not shown': async () => {
    const document = await open(ring);
    await findingsAre(document.uri, [bypass]);
    const settings = workspace.getConfiguration('vringside');
    await settings.update('rules', { 'secure-guest-unreadable': 'off' }, ConfigurationTarget.Workspace);
    await findingsAre(document.uri, []);
    await settings.update('rules', undefined, ConfigurationTarget.Workspace);
    await findingsAre(document.uri, [bypass]);
  },

  "a rule's page opens as a document": async () => {
    const document = await open(ring);
    const finding = ours(document.uri)[0];
    assert.ok(finding);
    const page = await workspace.openTextDocument(Uri.parse(`vringside:/explain/${codeOf(finding)}.md`));
    assert.match(page.getText(), /secure-guest-unreadable/);
  },

  'a patch shows findings on the lines it adds': async () => {
    await execute('vringside.openSamplePatch');
    const document = await eventually(
      'the patch',
      () => workspace.textDocuments.find(({ fileName }) => fileName.endsWith('map-tables.patch')) ?? null,
    );
    const [finding] = await eventually('a finding', () => {
      const found = ours(document.uri);
      return found.length > 0 ? found : null;
    });
    assert.ok(finding);
    assert.match(document.lineAt(finding.range.start.line).text, /^\+/);
  },

  'the server is started again on demand, and all is as before': async () => {
    const document = await open(ring);
    await execute('vringside.restart');
    await findingsAre(document.uri, [bypass]);
  },
};

export function run(): Promise<void> {
  return runTests(tests, revertAll);
}
