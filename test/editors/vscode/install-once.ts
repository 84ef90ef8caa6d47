import { isInstalled } from '../support/installed.js';
import { ensureCodeServer } from './code-server.js';

/** Installs VS Code's server before the tests, which would else do it all at the same time. */
export default function setup(): void {
  if (isInstalled('chromium', 'chromium')) ensureCodeServer();
}
