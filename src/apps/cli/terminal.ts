import { OperationalError, UserError } from '#core';

/** What a command writes to and knows about the place it runs in; tests pass their own. */
export interface CliEnvironment {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Exit codes, also in docs/QUICKSTART.md. */
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

/** A colour or weight: escape, bracket, numbers, m. */
const SEQUENCE = `${String.fromCharCode(27)}\\[[\\d;]*m`;
const NEXT_SEQUENCE = new RegExp(SEQUENCE, 'y');
const EVERY_SEQUENCE = new RegExp(SEQUENCE, 'g');

/** The text cut to so many columns, `…` at its end when something is missing; colours do not count and end with it. */
export function fitToWidth(text: string, width: number): string {
  let shown = 0;
  let styled = false;
  let cut = 0;
  for (let at = 0; at < text.length; ) {
    NEXT_SEQUENCE.lastIndex = at;
    const sequence = NEXT_SEQUENCE.exec(text)?.[0];
    if (sequence !== undefined) {
      styled = true;
      at += sequence.length;
      continue;
    }
    if (++shown === width) cut = at;
    at++;
  }
  return shown <= width ? text : `${text.slice(0, cut)}…${styled ? '\u001b[0m' : ''}`;
}

/** Pieces behind each other, three spaces apart, on as many lines of this width as they need; further lines are indented. */
export function wrapPieces(pieces: readonly string[], width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    const longer = line === '' ? piece : `${line}   ${piece}`;
    if (line === '' || visibleLength(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = `${' '.repeat(indent)}${piece}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** A text in words, broken where a window ends; further lines are indented. A pipe has no end to break at. */
export function wrapWords(text: string, columns: number | undefined, indent: number): string {
  if (columns === undefined) return text;
  const lines: string[] = [];
  const [first, ...words] = text.split(/(?<=\S) /);
  let line = first ?? '';
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (visibleLength(longer) < columns) line = longer;
    else {
      lines.push(line);
      line = `${' '.repeat(indent)}${word}`;
    }
  }
  return [...lines, line].join('\n');
}

export function visibleLength(text: string): number {
  return text.replace(EVERY_SEQUENCE, '').length;
}

/** A full or read-only disk, or a file where a folder should be, is the user's to mend: says so; anything else comes back as it is. */
function fromDisk(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const known = 'path' in error && typeof error.path === 'string';
  const place = known ? String(error.path) : 'the path given';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new OperationalError(
        'no_space',
        `there is no space left on the disk${known ? ` to write ${place}` : ''}; free some and run again`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(
        `${place} may not be ${error.syscall === 'scandir' || error.syscall === 'read' ? 'read' : 'used'} (${error.code === 'EROFS' ? 'read-only disk' : 'no permission'})`,
        'Choose another place, or change its permissions.',
        { cause: error },
      );
    case 'ENOENT':
      // What Node says of a folder on a read-only disk when it is made with those above it.
      if (error.syscall !== 'mkdir') return error;
      return new UserError(`${place} cannot be made here`, 'Is the disk read-only? Choose another place.', { cause: error });
    case 'EEXIST':
    case 'ENOTDIR':
      return new UserError(`${place} cannot be a folder: there is a file of that name`, 'Give the name of a folder.', { cause: error });
    case 'EISDIR':
      return new UserError(`${place} is a folder; a file is needed`, 'Give the name of a file.', { cause: error });
    default:
      return error;
  }
}

/** The process has nothing left to do, and the command has not ended: something it waits for never comes. */
export function reportStalled(io: CliEnvironment, json: boolean): number {
  const what = 'stopped: what it was waiting for never answers (a strategy, slice or step whose promise is never resolved)';
  return reportFailure(new OperationalError('unavailable', what), io, json);
}

/** One plain line that says what is wrong, one that says how to mend it; the stack only with EDGEWRIGHT_DEBUG=1. */
export function reportFailure(thrown: unknown, io: CliEnvironment, json: boolean): number {
  if (thrown instanceof ExitWith) return thrown.code;
  const error = fromDisk(thrown);
  const code = error instanceof UserError ? EXIT.usage : EXIT.fault;
  // A file is written aside first; the user knows it by its place.
  const message = (error instanceof Error ? error.message : String(error)).replace(/\.edgewright\/staging\/[^/\s]+\//, '');
  const hint = error instanceof UserError ? error.hint : '';
  const kind = error instanceof UserError ? 'usage' : error instanceof OperationalError ? error.code : 'internal';
  if (json) {
    io.stderr.write(`${JSON.stringify({ error: { kind, message, ...(hint === '' ? {} : { hint }) } })}\n`);
  } else {
    const style = styleFor(io.stderr, io.environment);
    const { columns } = io.stderr;
    io.stderr.write(`${wrapWords(`${style.red('edgewright:')} ${message}`, columns, 2)}\n`);
    if (hint !== '') io.stderr.write(`${wrapWords(`  ${hint}`, columns, 2)}\n`);
    if (kind === 'internal')
      io.stderr.write('  This is a fault of ours; run again with EDGEWRIGHT_DEBUG=1 and report the lines it prints.\n');
  }
  if (io.environment['EDGEWRIGHT_DEBUG'] === '1') {
    for (let at = error; at instanceof Error; at = at.cause) io.stderr.write(`${at.stack ?? ''}\n`);
  }
  return code;
}
