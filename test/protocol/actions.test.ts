/** Code actions, the commands behind them, and completion in suppression comments. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionList,
  Position,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { type Client, neovim, type Profile, uriOf, vscode } from './client/index.js';
import { codes } from './support/findings.js';
import { gpu, log, ring, useSetting } from './support/setting.js';

const setting = useSetting();

async function open(
  file: string,
  profile: Profile = vscode,
  initializationOptions?: unknown,
): Promise<{ client: Client; uri: string; root: string }> {
  const root = setting.demo();
  const client = await setting.start({ roots: [root], profile, initializationOptions });
  const uri = client.open(join(root, file));
  await client.diagnostics(uri);
  return { client, uri, root };
}

async function actions(
  client: Client,
  uri: string,
  needle: string,
  only?: readonly string[],
): Promise<CodeAction[]> {
  const position = client.position(uri, needle);
  const diagnostics = (await client.diagnostics(uri)).filter(({ range: { start, end } }) =>
    isIn(position, start, end),
  );
  const params = {
    textDocument: { uri },
    range: { start: position, end: position },
    context: { diagnostics, ...(only && { only }) },
  };
  return (await client.connection.request<CodeAction[] | null>('textDocument/codeAction', params)) ?? [];
}

async function editOf(client: Client, action: CodeAction): Promise<WorkspaceEdit> {
  if (action.edit !== undefined) return action.edit;
  const resolved = await client.connection.request<CodeAction>('codeAction/resolve', action);
  expect(resolved.edit).toBeDefined();
  return resolved.edit!;
}

/** Applies an edit as an editor does, and checks that it is for the text as it stands. */
async function apply(client: Client, uri: string, action: CodeAction): Promise<void> {
  const edit = await editOf(client, action);
  const changes = (edit.documentChanges ?? []) as TextDocumentEdit[];
  for (const { textDocument } of changes)
    expect(textDocument).toEqual({ uri, version: client.document(uri).version });
  const edits = (
    changes.length > 0 ? changes.flatMap((c) => c.edits) : (edit.changes?.[uri] ?? [])
  ) as TextEdit[];
  client.overwrite(uri, client.applied(uri, edits));
}

function isIn(at: Position, start: Position, end: Position): boolean {
  const offset = ({ line, character }: Position): number => line * 10_000 + character;
  return offset(start) <= offset(at) && offset(at) <= offset(end);
}

const titled = (list: readonly CodeAction[], words: string): CodeAction => {
  const found = list.find(({ title }) => title.includes(words));
  if (found === undefined)
    throw new Error(`no '${words}' among ${list.map(({ title }) => title).join('; ')}`);
  return found;
};

const quirk = 'virtio_has_dma_quirk(vdev)';

describe.each([
  ['VS Code', vscode],
  ['Neovim', neovim],
])('actions in %s', (_name, profile) => {
  it('mend a guard that differs from the core, in the document and its version', async () => {
    const { client, uri } = await open(gpu, profile);
    const fix = titled(await actions(client, uri, quirk), 'Ask all that the ring core asks');
    expect([fix.kind, fix.isPreferred]).toEqual(['quickfix', true]);
    expect(fix.diagnostics?.map(({ code }) => code)).toEqual(['guard-differs-from-core']);
    await apply(client, uri, fix);
    expect(client.document(uri).text).toContain(
      'bool use_dma_api = !virtio_has_dma_quirk(vdev) || xen_domain();',
    );
    expect(codes(await client.diagnostics(uri))).not.toContain('guard-differs-from-core');
  });

  it('fix all at once, when the client asks for that', async () => {
    const { client, uri } = await open(gpu, profile);
    const all = await actions(client, uri, 'struct', ['source.fixAll']);
    expect(all.map(({ kind }) => kind)).toEqual(['source.fixAll.vringside']);
    await apply(client, uri, all[0]!);
    expect(codes(await client.diagnostics(uri))).not.toContain('guard-differs-from-core');
    expect(await actions(client, uri, 'struct', ['source.fixAll.vringside'])).toEqual([]);
    expect(await actions(client, uri, quirk, ['refactor'])).toEqual([]);
  });

  it('suppress a finding on its line or in its function, once a reason is written', async () => {
    for (const where of [' here', ' in demo_log_probe()']) {
      const { client, uri } = await open(log, profile);
      const action = titled(
        await actions(client, uri, 'virt_to_phys'),
        `Suppress dma-bypass-unconditional${where}`,
      );
      const edit = await editOf(client, action);
      const edits =
        (edit.documentChanges as TextDocumentEdit[] | undefined)?.[0]?.edits ?? edit.changes?.[uri] ?? [];
      const [first] = edits as { range: TextEdit['range']; newText?: string; snippet?: { value: string } }[];
      const text = (first?.newText ?? first?.snippet?.value ?? '').replace(/\$\{1:(.*?)\}/, '$1');
      expect(text).toMatch(/^\t?\/\* vringside-ignore dma-bypass-unconditional: TODO: why \*\/\n$/);
      client.overwrite(uri, client.applied(uri, [{ range: first!.range, newText: text }]));
      expect(codes(await client.diagnostics(uri)).sort()).toEqual([
        'dma-bypass-unconditional',
        'unused-suppression',
      ]);
      client.replace(uri, 'TODO: why', 'the host maps it');
      expect(codes(await client.diagnostics(uri))).toEqual([]);
    }
  });

  it('add a finding to the baseline, and another to the same', async () => {
    const { client, uri, root } = await open(gpu, profile);
    const file = join(root, '.vringside-baseline.json');
    for (const needle of [quirk, 'sg_phys(sg)']) {
      const { command } = titled(await actions(client, uri, needle), 'to the baseline');
      const before = codes(await client.diagnostics(uri)).length;
      await client.connection.request('workspace/executeCommand', {
        command: command!.command,
        arguments: command!.arguments,
      });
      expect(codes(await client.diagnostics(uri, (now) => now.length < before)).length).toBe(before - 1);
    }
    const edits = client.appliedEdits.map((edit) => JSON.stringify(edit));
    if (profile === vscode) {
      expect(edits).toHaveLength(2);
      expect(edits[0]).toContain('"kind":"create"');
      expect(edits[0]).toContain(uriOf(file));
      expect(existsSync(file)).toBe(false);
      expect(edits[1]!.match(/fingerprint/g)).toHaveLength(2);
    }
  });
});

it('says where a baseline is broken, and leaves it', async () => {
  const { client, uri, root } = await open(log);
  const file = join(root, '.vringside-baseline.json');
  writeFileSync(file, '{\n  "schema": 7 }');
  const { command } = titled(await actions(client, uri, 'virt_to_phys'), 'to the baseline');
  await client.connection.request('workspace/executeCommand', {
    command: command!.command,
    arguments: command!.arguments,
  });
  const said = client.connection.notifications.filter(({ method }) => method === 'window/showMessage');
  expect(JSON.stringify(said)).toContain('.vringside-baseline.json:2:');
  expect(readFileSync(file, 'utf8')).toContain('7 }');
});

it('has actions for what a client shows beside the cursor', async () => {
  const { client, uri } = await open(gpu, neovim);
  const position = client.position(uri, 'bool use_dma_api');
  const context = { diagnostics: await client.diagnostics(uri) };
  const params = { textDocument: { uri }, range: { start: position, end: position }, context };
  const list = await client.connection.request<CodeAction[]>('textDocument/codeAction', params);
  await apply(client, uri, titled(list, 'Ask all that the ring core asks'));
});

it('refuses an edit for a text that has changed', async () => {
  const { client, uri } = await open(gpu);
  const fix = titled(await actions(client, uri, quirk), 'Ask all that the ring core asks');
  client.overwrite(uri, `\n${client.document(uri).text}`);
  await expect(client.connection.request('codeAction/resolve', fix)).rejects.toThrow('changed');
});

it('gives our own client what it can run: copy a reply, explain, show the trace', async () => {
  const { client, uri } = await open(ring, vscode, { clientCommands: true });
  const list = await actions(client, uri, 'sg_phys(sg)');
  const reply = titled(list, 'as a review reply').command!;
  expect(reply.command).toBe('vringside.copyText');
  expect(String(reply.arguments?.[0])).toContain('> drivers/virtio/virtio_ring.c:39 vring_map_one_sg()');
  expect(titled(list, 'Explain').command).toMatchObject({
    command: 'vringside.explain',
    arguments: ['secure-guest-unreadable'],
  });
  expect(titled(list, 'Show the trace').command?.arguments?.[0]).toMatchObject({
    textDocument: { uri },
    policy: 'tree',
  });
});

it('gives other clients no command they cannot run', async () => {
  const { client, uri } = await open(ring, neovim);
  const offered = new Set(client.initialized.capabilities.executeCommandProvider?.commands);
  for (const { command } of await actions(client, uri, 'sg_phys(sg)'))
    if (command !== undefined) expect(offered).toContain(command.command);
});

describe('completion', () => {
  async function complete(client: Client, uri: string, typed: string): Promise<CompletionList | null> {
    const text = '#include <linux/virtio.h>\nint f(void)\n{\n\t|\n\treturn 0;\n}\n'.replace('|', typed);
    client.overwrite(uri, text);
    return client.connection.request(
      'textDocument/completion',
      client.at(uri, typed, typed.indexOf('^') < 0 ? typed.length : typed.indexOf('^')),
    );
  }

  it('offers the comment, and in it the rules', async () => {
    const { client, uri } = await open(log);
    const comment = await complete(client, uri, '/* vri');
    expect(comment?.items.map(({ filterText }) => filterText)).toEqual(['vringside-ignore']);
    expect((comment!.items[0]!.textEdit as TextEdit).newText).toMatch(
      /^vringside-ignore \$\{1\|.*\|\}: .* \*\/$/,
    );
    for (const typed of [
      '/* vringside-ignore ',
      '// vringside-ignore dma-b',
      '/* vringside-ignore swiotlb-limit-ignored, ',
    ]) {
      const rules = await complete(client, uri, typed);
      expect(rules?.items.map(({ label }) => label)).toContain('dma-bypass-unconditional');
      expect(rules?.items.map(({ label }) => label)).not.toContain('unused-suppression');
    }
    const item = (await complete(client, uri, '// vringside-ignore dma-b'))?.items.find(({ label }) =>
      label.startsWith('dma-bypass'),
    );
    client.overwrite(uri, client.applied(uri, [item!.textEdit as TextEdit]));
    expect(client.document(uri).text).toContain('// vringside-ignore dma-bypass-unconditional: \n');
  });

  it('offers nothing elsewhere', async () => {
    const { client, uri } = await open(log);
    for (const typed of ['vri', '/* see vri', '/* vringside-ignore x: dma-b', 'char *s = "vri', '/* v'])
      expect(await complete(client, uri, typed)).toBeNull();
  });
});
