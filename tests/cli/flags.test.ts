import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/apps/cli/program.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const section = /^## Every flag\n([\s\S]*?)^## /m.exec(page)![1]!;
const flagsIn = (text: string): string[] => [...text.matchAll(/`(--[a-z-]+)`/g)].map((match) => match[1]!);
const listed = (name: string): string[] => flagsIn(new RegExp(`^- ${name}: ([\\s\\S]*?\\.)$`, 'm').exec(section)![1]!);
const GROUPS = { 'the settings': listed('The settings'), 'the market': listed('The market') };

/** What the page says of each command; a group stands for its flags. */
const told = new Map(
  [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, command, cell]) => [
    command === 'edgewright' ? '' : command === '--mode' ? 'mode' : command!,
    [...flagsIn(cell!), ...Object.entries(GROUPS).flatMap(([name, flags]) => (cell!.includes(name) ? flags : []))].toSorted(),
  ]),
);

/** The flags of each command; one that only holds others has none of its own. */
function flagsOf(command: Command, path: string): [string, string[]][] {
  const own = command.options.map(({ long }) => long!).toSorted();
  const holdsOthers = command.commands.length > 0 && path !== '';
  return [
    ...(holdsOthers ? [] : [[path, own] as [string, string[]]]),
    ...command.commands.flatMap((child) => flagsOf(child, `${path} ${child.name()}`.trim())),
  ];
}

test('docs/cli.md lists the flags of every command, and no others', () => {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const program = createProgram({ stdout: nowhere, stderr: nowhere, environment: {}, cwd: '.' });
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(flagsOf(program, '')));
});
