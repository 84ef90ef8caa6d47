import { readTracked } from '../../support/tracked-files.js';

/**
 * The block of a page of docs/editors behind `<!-- tested: NAME -->`: what the page tells people to write into their
 * configuration is what the tests run.
 */
export function pageCode(page: string, name: string): string {
  const text = readTracked(`docs/editors/${page}`);
  const found = new RegExp(`<!-- tested: ${name} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/editors/${page} has no block "${name}"`);
  return `${found}\n`;
}
