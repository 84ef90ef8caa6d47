import { join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';
import type { Desk } from '../support/desk.js';
import { editorTests } from '../support/editor-tests.js';
import { pageCode } from '../support/page-code.js';

const script = (name: string): string => join(checkoutRoot, 'test/editors/emacs', name);

/** `--batch` runs no init file; packages of Debian are made known as an ordinary start does. */
function session(desk: Desk, client: 'eglot' | 'lsp-mode'): Promise<unknown> {
  const configuration = desk.file('init.el', pageCode('emacs.md', client));
  const args = ['--batch', '--eval', '(package-initialize)', '-l', configuration];
  return desk.run('emacs', [...args, '-l', script(`${client}.el`), '-l', script('session.el')]);
}

editorTests('Emacs 28 with eglot', { program: 'emacs', packageName: 'emacs-nox elpa-eglot' }, (desk) =>
  session(desk, 'eglot'),
);
editorTests('Emacs 28 with lsp-mode', { program: 'emacs', packageName: 'emacs-nox elpa-lsp-mode' }, (desk) =>
  session(desk, 'lsp-mode'),
);
