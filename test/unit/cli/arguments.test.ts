import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequest, type Settings } from '../../../server/src/cli/arguments.js';
import { UsageError } from '../../../server/src/cli/failure.js';
import { commands, options } from '../../../server/src/cli/options.js';

function settings(...argv: string[]): Settings {
  const request = parseRequest(argv);
  if (request.kind !== 'run') throw new Error(`not a run: ${request.kind}`);
  return request.settings;
}

describe('what is understood', () => {
  it('takes operands and options in any order', () => {
    const s = settings(
      'check',
      'a.c',
      '--format',
      'json',
      '-j',
      '3',
      '--no-cache',
      'b',
      '--',
      '--odd-name.c',
    );
    expect(s.operands).toEqual(['a.c', 'b', '--odd-name.c']);
    expect([s.format, s.jobs, s.useCache]).toEqual(['json', 3, false]);
  });

  it('has defaults: text, all processors, cache, colour by terminal', () => {
    const s = settings('check');
    expect(s).toMatchObject({ operands: [], format: 'text', useCache: true, color: 'auto', isQuiet: false });
    expect(s.jobs).toBe(availableParallelism());
  });

  it('fails on warnings when checking and on nothing when listing', () => {
    expect(settings('check').failOn).toBe('warning');
    expect(settings('sites').failOn).toBe('never');
    expect(settings('sites', '--fail-on=error').failOn).toBe('error');
  });

  it('keeps rules with a level apart from rules that run alone', () => {
    const s = settings('check', '--rule', 'a=off', '--rule=b', '--rule', 'c=error');
    expect([...s.rules]).toEqual([
      ['a', 'off'],
      ['c', 'error'],
    ]);
    expect(s.onlyRules).toEqual(['b']);
  });

  it('shows help for the program and for each command', () => {
    expect(parseRequest([])).toEqual({ kind: 'help', command: null });
    expect(parseRequest(['--version'])).toEqual({ kind: 'version' });
    for (const command of commands) {
      expect(parseRequest([command.name, '--help'])).toEqual({ kind: 'help', command });
      expect(parseRequest(['help', command.name])).toEqual({ kind: 'help', command });
    }
  });
});

describe('what is refused, with the word it is about', () => {
  const cases: readonly [string[], RegExp][] = [
    [['chekc'], /no command 'chekc' \(did you mean check\?\)/],
    [['review', 'x.mbox'], /'review' is not in this version/],
    [['--format', 'json', 'check'], /the command comes first, before '--format'/],
    [['check', '--fromat', 'json'], /'check' has no option '--fromat' \(did you mean --format\?\)/],
    [['check', '--shard', '1/2'], /'--shard' is not in this version/],
    [['check', '--format', 'sarif'], /--format sarif is not in this version; there are text and json/],
    [['check', '--format', 'yaml'], /--format is one of text, json, not 'yaml'/],
    [['check', '--format'], /'--format' needs a value/],
    [['check', '--output', '--quiet'], /'--output' needs a value/],
    [['check', '--quiet=yes'], /'--quiet' takes no value/],
    [['check', '--format', 'text', '--format', 'json'], /--format is given 2 times/],
    [['check', '--jobs', '0'], /--jobs takes a number from 1 on, not '0'/],
    [['check', '--jobs', 'many'], /not 'many'/],
    [['check', '--fail-on', 'info'], /--fail-on is one of note, warning, error, never, not 'info'/],
    [['check', '--rule', 'x=loud'], /--rule x is one of off, note, warning, error, not 'loud'/],
    [['explain', '--jobs', '2'], /'--jobs' means nothing to 'explain'/],
    [['check', '-x'], /'check' has no option '-x'/],
  ];
  it.each(cases)('%j', (argv, message) => {
    expect(() => parseRequest(argv)).toThrow(UsageError);
    expect(() => parseRequest(argv)).toThrow(message);
  });
});

it('takes any words at all: a request, or a complaint that fits a line', () => {
  const word = fc.oneof(
    fc.constantFrom(...commands.map((c) => c.name), ...Object.keys(options).map((name) => `--${name}`)),
    fc.constantFrom('-', '--', '-j', '-jq', '--jobs=', '--format=json', '--no-quiet', '--rule', 'a=b=c', '='),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        expect(['run', 'help', 'version']).toContain(parseRequest(argv).kind);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 2000 },
  );
});
