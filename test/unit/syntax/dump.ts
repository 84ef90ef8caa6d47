import { dumpFacts } from '../../../server/src/syntax/dump-ir.js';
import { createKernelParser, type KernelParser } from '../../../server/src/syntax/index.js';

let parser: Promise<KernelParser> | undefined;

/** One parser for all tests of a file. */
export function sharedParser(): Promise<KernelParser> {
  parser ??= createKernelParser();
  return parser;
}

/** The facts of a whole text, chunk after chunk. */
export async function dump(text: string): Promise<string> {
  const kernel = await sharedParser();
  const file = kernel.outline('test.c', text);
  return file.chunks.map((chunk) => dumpFacts(kernel.facts(file, chunk))).join('\n');
}

/** The body of `void f(<params>) { <body> }`, one statement a line, without the indent. */
export async function dumpBody(body: string, params = 'void'): Promise<string> {
  const text = await dump(`void f(${params})\n{\n${body}\n}\n`);
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.slice(2))
    .join('\n');
}

/** A template's lines without their common indent and the empty first and last one. */
export function lines(text: string): string {
  const all = text.split('\n').slice(1, -1);
  const indent = Math.min(...all.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return all.map((line) => line.slice(indent)).join('\n');
}
