import { describe, expect, it } from 'vitest';
import { isInstalled } from '../support/installed.js';
import { hostResults } from './host.js';
import { packedExtension } from './packed.js';

const subjects = isInstalled('chromium', 'chromium')
  ? ([
      ['from sources', { sources: true }],
      ['packed and installed', { vsix: packedExtension() }],
    ] as const)
  : [];

for (const [name, subject] of subjects) {
  // Its tests are told apart here, so it runs before they can be listed.
  const results = await hostResults(subject);
  describe(`the extension, ${name}`, () => {
    for (const { name: test, problem } of results) it(test, () => expect(problem).toBeNull());
    it('ran all there is to run', () => expect(results.length).toBeGreaterThan(10));
  });
}
