import { expect, it } from 'vitest';
import { pageHtml } from '../../../client/src/secure-guest/html.js';

const parts = {
  cspSource: 'https://editor.test',
  script: 'https://editor.test/a.js',
  style: 'https://editor.test/a.css',
};

function policyOf(html: string): ReadonlyMap<string, string> {
  const text = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
  return new Map(
    text.split('; ').map((rule) => [rule.split(' ')[0] ?? '', rule.slice(rule.indexOf(' ') + 1)]),
  );
}

it('lets the view run its own script and nothing else: no network, no inline code or style, no frames', () => {
  const html = pageHtml(parts);
  const policy = policyOf(html);
  const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1] ?? '';
  expect(nonce.length).toBeGreaterThanOrEqual(22);
  expect(Object.fromEntries(policy)).toEqual({
    'default-src': "'none'",
    'style-src': 'https://editor.test',
    'script-src': `'nonce-${nonce}'`,
    'base-uri': "'none'",
    'form-action': "'none'",
  });
  expect(html).not.toMatch(/unsafe|\son\w+=|\sstyle=/);
});

it('has a new nonce each time', () => {
  const nonces = Array.from({ length: 20 }, () => policyOf(pageHtml(parts)).get('script-src'));
  expect(new Set(nonces).size).toBe(20);
});
