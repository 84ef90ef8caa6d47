/** The page of the secure-guest view: a frame for its script. Nothing of it comes from anywhere but the extension. */
import { randomBytes } from 'node:crypto';

export interface PageParts {
  /** Where the view may load from, as the editor names it. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}

export function pageHtml({ cspSource, script, style }: PageParts): string {
  const nonce = randomBytes(18).toString('base64url');
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Secure-guest view</title>
</head>
<body>
<main id="view"></main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
