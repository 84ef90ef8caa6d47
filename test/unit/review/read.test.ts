import { describe, expect, it } from 'vitest';
import { readPatches } from '../../../server/src/review/index.js';

const hunk = '@@ -1,2 +1,2 @@ int f(void)\n one\n-two\n+2\n';
const plain = `--- a/drivers/x.c\n+++ b/drivers/x.c\n${hunk}`;
const gitDiff = `diff --git a/drivers/x.c b/drivers/x.c\nindex 1..2 100644\n${plain}`;

function mail(subject: string, body: string, headers = ''): string {
  return `From 0123abc Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: ${subject}\n${headers}\n${body}`;
}

const message = `Why.\n---\n drivers/x.c | 2 +-\n 1 file changed\n\n${gitDiff}-- \n2.39.5\n\n`;

function summary(text: string | Uint8Array) {
  return readPatches(text, 'p').map(({ subject, files, leftOut }) => ({
    subject,
    leftOut,
    files: files.map(({ kind, oldPath, newPath, hunks }) => [kind, oldPath, newPath, hunks.length]),
  }));
}

const oneFile = [['modify', 'drivers/x.c', 'drivers/x.c', 1]];

describe('diffs', () => {
  it.each([
    ['git', gitDiff],
    ['plain', plain],
    ['plain, with times', plain.replace('x.c\n', 'x.c\t2020-01-01 10:00:00.000000000 +0100\n')],
    [
      'of two trees',
      plain.replaceAll('--- a/', '--- linux-6.12.orig/').replaceAll('+++ b/', '+++ linux-6.12/'),
    ],
    ['after prose, with an Index line', `Some words.\n\nIndex: x\n====\n${plain}`],
    ['below notes like headers, with no line between', `Description: why\nFrom: A <a@b.c>\n${gitDiff}`],
    ['with a byte order mark', `\ufeff${gitDiff}`],
    ['as PowerShell writes it', Buffer.from(`\ufeff${gitDiff.replaceAll('\n', '\r\n')}`, 'utf16le')],
    ['with carriage returns on every line', gitDiff.replaceAll('\n', '\r\n')],
  ])('%s', (_, text) => {
    expect(summary(text)).toEqual([{ subject: null, leftOut: null, files: oneFile }]);
    expect(readPatches(text, 'p')[0]?.files[0]?.hunks[0]?.lines.map(({ mark, text: t }) => mark + t)).toEqual(
      [' one\n', '-two\n', '+2\n'],
    );
  });

  it('that make, remove, rename and copy files, with names in quotes', () => {
    const text = [
      'diff --git a/n.c b/n.c\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+x\n',
      'diff --git a/d d.c b/d d.c\ndeleted file mode 100644\n--- a/d d.c\t\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
      'diff --git a/o.c b/p.c\nsimilarity index 100%\nrename from o.c\nrename to p.c\n',
      'diff --git "a/\\303\\244.c" "b/q\\".c"\nsimilarity index 90%\ncopy from "\\303\\244.c"\ncopy to "q\\".c"\n',
      'diff --git a/e f.c b/e f.c\nnew file mode 100644\nindex 000..e69\n',
      'diff --git a/m.sh b/m.sh\nold mode 100644\nnew mode 100755\n',
    ].join('');
    expect(summary(text)[0]?.files).toEqual([
      ['create', null, 'n.c', 1],
      ['delete', 'd d.c', null, 1],
      ['rename', 'o.c', 'p.c', 0],
      ['copy', 'ä.c', 'q".c', 0],
      ['create', null, 'e f.c', 0],
      ['modify', 'm.sh', 'm.sh', 0],
    ]);
  });

  it('says that a file is binary, a link or a submodule', () => {
    const text = [
      'diff --git a/x.png b/x.png\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ\n\n',
      'diff --git a/y b/y\nindex 1..2 100644\nBinary files a/y and b/y differ\n',
      'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+to\n\\ No newline at end of file\n',
    ].join('');
    expect(readPatches(text, 'p')[0]?.files.map(({ opaque }) => opaque)).toEqual([
      'binary',
      'binary',
      'a symbolic link',
    ]);
  });

  it.each([
    ['a hunk cut short', plain.replace('+2\n', ''), 'p:5: the hunk ends 0 old and 1 new lines early'],
    [
      'a line broken by a mail program',
      plain.replace('-two\n', '-tw\no\n'),
      'p:6: this line of the hunk begins',
    ],
    [
      'counts nobody changed',
      plain.replace('+2\n', '+2\n+3\n'),
      'p:7: the hunk goes on after the 2 old and 2 new',
    ],
    ['a context diff', '*** a\n--- b\n***************\n', 'p:1: this is a context diff'],
    ['a merge', 'x\ndiff --cc a.c\n', 'p:2: this is the combined diff of a merge'],
    ['a hunk of no file', hunk, 'p:1: a hunk stands here without'],
  ])('names %s', (_, text, complaint) => {
    expect(() => readPatches(text, 'p')).toThrow(complaint);
  });
});

describe('mail', () => {
  it('is read from a mailbox with a cover letter, in the order of its numbers, without its replies', () => {
    const box = [
      mail('[PATCH 0/2] things', 'Hello.\n\n'),
      mail('[PATCH 2/2] second', message.replaceAll('x.c', 'y.c')),
      mail('Re: [PATCH 1/2] first', `Rather so:\n\n${gitDiff}\n`),
      mail('[PATCH 1/2] first\n of them', message),
    ].join('');
    expect(summary(box)).toEqual([
      { subject: '[PATCH 0/2] things', leftOut: null, files: [] },
      { subject: 'Re: [PATCH 1/2] first', leftOut: 'a reply', files: [] },
      { subject: '[PATCH 1/2] first of them', leftOut: null, files: oneFile },
      { subject: '[PATCH 2/2] second', leftOut: null, files: [['modify', 'drivers/y.c', 'drivers/y.c', 1]] },
    ]);
  });

  const headers = (encoding: string, type = 'text/plain; charset=UTF-8'): string =>
    `MIME-Version: 1.0\nContent-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n`;
  const quoted = message
    .replaceAll('=', '=3D')
    .replace('one\n', 'o=\nne\n')
    .replace(' drivers', '=20drivers');
  const base64 = Buffer.from(message).toString('base64').replace(/.{76}/g, '$&\n');
  const parts = [
    '--b "x\nContent-Type: text/plain\n\nSee the file.\n',
    '--b "x\nContent-Type: text/html\n\n<p>--- a/no\n',
    `--b "x\nContent-Type: application/octet-stream; name="f.patch"\nContent-Transfer-Encoding: base64\n\n${base64}\n`,
    '--b "x--\n',
  ].join('');
  it.each([
    ['as it is', mail('s', message)],
    ['saved without a separator', mail('s', message).replace(/^From .*\n/, '')],
    ['with carriage returns', mail('s', message).replaceAll('\n', '\r\n')],
    ['quoted-printable', mail('s', quoted, headers('quoted-printable'))],
    ['base64', mail('s', base64, headers('base64'))],
    ['flowed', mail('s', message.replaceAll('\n ', '\n  '), headers('8bit', 'text/plain; format=flowed'))],
    [
      'an attachment',
      mail('s', parts, headers('7bit', 'multipart/mixed;\n boundary="b \\"x"').replace('\\', '')),
    ],
  ])('%s', (_, text) => {
    expect(summary(text)).toEqual([{ subject: 's', leftOut: null, files: oneFile }]);
  });

  it.each([
    ['=?utf-8?q?=5BPATCH=5D_gr=C3=BC=C3=9Fe?=', '[PATCH] grüße'],
    ['[PATCH] =?ISO-8859-1?B?Z3L832U=?= an alle', '[PATCH] grüße an alle'],
    ['=?UTF-8?Q?gr=C3?=\n =?UTF-8?Q?=BC=C3=9Fe?=', 'grüße'],
    ['=?none?q?x?= y', 'x y'],
  ])('has its subject decoded: %s', (written, subject) => {
    expect(readPatches(mail(written, message), 'p')[0]?.subject).toBe(subject);
  });

  it('has no separator inside its text', () => {
    const text = mail(
      's',
      message.replace(
        'Why.\n',
        'Why.\n\nFrom here on it is at 10:00 every day of 2020, they say, on and on.\n',
      ),
    );
    expect(summary(text)).toHaveLength(1);
  });

  it('that says nothing', () => {
    expect(readPatches('', 'p')).toEqual([]);
    expect(summary('no diff here\n')).toEqual([{ subject: null, leftOut: null, files: [] }]);
  });
});

describe('hostile input', () => {
  const long = 200_000;
  it.each([
    ['one long line', 'a'.repeat(long)],
    ['many brackets', `Subject: ${'[PATCH '.repeat(long / 8)}\n\n`],
    ['many encoded words', `Subject: ${'=?a?q?'.repeat(long / 8)}\n\n`],
    ['spaces', `--- ${' '.repeat(long)}\n+++ ${' '.repeat(long)}\n@@ -1 +1 @@\n-a\n+b\n`],
    ['spaces in a git name', `diff --git ${' a'.repeat(long / 2)}\n`],
    ['quotes', `diff --git "${'\\\\'.repeat(long / 2)}\n`],
    [
      'parts in parts',
      'Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n'.repeat(
        2000,
      ),
    ],
    ['headers', `Subject: a\n${' b\n'.repeat(long / 4)}\n`],
    ['separators', '\nFrom a 10:00 2020\n'.repeat(long / 20)],
    ['equals', `Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n${'=\n'.repeat(long / 2)}`],
  ])('%s is read or refused within a second', (_, text) => {
    const started = performance.now();
    try {
      readPatches(text, 'p');
    } catch (error) {
      expect((error as Error).name).toBe('PatchError');
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
