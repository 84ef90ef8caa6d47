import { join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';
import { editorTests } from '../support/editor-tests.js';
import { pageCode } from '../support/page-code.js';

editorTests(
  'Vim 9 with ALE',
  { program: 'vim', packageName: 'vim vim-ale', without: ['symbols', 'afterAction', 'patch'] },
  (desk) => {
    const configuration = desk.file('vimrc', pageCode('vim.md', 'ale'));
    const session = join(checkoutRoot, 'test/editors/vim/session.vim');
    return desk.run('vim', ['-N', '-n', '-es', '-u', configuration, '-S', session]);
  },
);
