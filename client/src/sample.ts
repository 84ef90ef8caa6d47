/** A kernel tree in miniature that comes with the extension: a copy that may be edited, and put back. */
import { type ExtensionContext, FileType, Uri, workspace } from 'vscode';

export interface Sample {
  readonly driver: Uri;
  readonly patch: Uri;
}

/** Copies what is not there yet: what the reader has changed stays changed. */
export async function copySample(context: ExtensionContext): Promise<Sample> {
  const to = Uri.joinPath(context.globalStorageUri, 'sample');
  await copyFolder(Uri.joinPath(context.extensionUri, 'fixtures/demo'), to);
  await copyFolder(Uri.joinPath(context.extensionUri, 'client/sample'), to);
  return {
    driver: Uri.joinPath(to, 'drivers/virtio/virtio_ring.c'),
    patch: Uri.joinPath(to, 'map-tables.patch'),
  };
}

/** The extension's folder may be read-only, and so may the copies of its files be: contents are written anew. */
async function copyFolder(from: Uri, to: Uri): Promise<void> {
  for (const [name, type] of await workspace.fs.readDirectory(from)) {
    const [source, target] = [Uri.joinPath(from, name), Uri.joinPath(to, name)];
    if (type === FileType.Directory) await copyFolder(source, target);
    else if (!(await exists(target)))
      await workspace.fs.writeFile(target, await workspace.fs.readFile(source));
  }
}

async function exists(uri: Uri): Promise<boolean> {
  return workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
