import { join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';
import { editorTests } from '../support/editor-tests.js';
import { pageCode } from '../support/page-code.js';

editorTests('Neovim 0.7', { program: 'nvim', packageName: 'neovim' }, (desk) => {
  const configuration = desk.file('init.lua', pageCode('neovim.md', 'neovim-0.7'));
  const session = join(checkoutRoot, 'test/editors/neovim/session.lua');
  return desk.run('nvim', ['--headless', '-u', configuration, '-c', `luafile ${session}`]);
});
