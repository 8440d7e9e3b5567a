import { OperationalError, UserError } from '#core';

/** What a command writes to and knows about the place it runs in; tests pass their own. */
export interface CliEnvironment {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Exit codes, also in docs/cli.md. */
export const EXIT = { ok: 0, fault: 1, usage: 2, gateFailed: 3, interrupted: 130 } as const;

/** Ends a command with a code after everything it had to say was said. */
export class ExitWith extends Error {
  override readonly name = 'ExitWith';
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** ANSI colours when a person reads, plain text in a pipe or with NO_COLOR. */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: Readonly<Record<string, string | undefined>>): Style {
  const on = (stream.isTTY === true || environment['FORCE_COLOR'] === '1') && (environment['NO_COLOR'] ?? '') === '';
  const paint = (open: number, close: number) => (text: string) => (on ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };
}

/** One plain line that says what is wrong, one that says how to mend it; the stack only with EDGEWRIGHT_DEBUG=1. */
export function reportFailure(error: unknown, io: CliEnvironment, json: boolean): number {
  if (error instanceof ExitWith) return error.code;
  const code = error instanceof UserError ? EXIT.usage : EXIT.fault;
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UserError ? error.hint : '';
  const kind = error instanceof UserError ? 'usage' : error instanceof OperationalError ? error.code : 'internal';
  if (json) {
    io.stderr.write(`${JSON.stringify({ error: { kind, message, ...(hint === '' ? {} : { hint }) } })}\n`);
  } else {
    const style = styleFor(io.stderr, io.environment);
    io.stderr.write(`${style.red('edgewright:')} ${message}\n`);
    if (hint !== '') io.stderr.write(`  ${hint}\n`);
    if (kind === 'internal')
      io.stderr.write('  This is a fault of ours; run again with EDGEWRIGHT_DEBUG=1 and report the lines it prints.\n');
  }
  if (io.environment['EDGEWRIGHT_DEBUG'] === '1' && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`);
  return code;
}
