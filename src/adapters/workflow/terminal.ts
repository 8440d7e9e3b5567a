import type { Reporter, WorkflowEvent } from '#workflow';
import { durationText, fit, markOf, type Paint, painter, summaryLines } from './text.ts';

/** The part of a terminal that the reporter needs. */
export interface Terminal {
  write(text: string): void;
  columns(): number;
  /** Calls back at each frame until the returned function is called. */
  everyFrame(draw: () => void): () => void;
  now(): number;
}

interface Line {
  readonly title: string;
  mark: string;
  startMs: number;
  fraction: number;
  message: string;
  end: string;
  running: boolean;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const BAR_WIDTH = 20;

/** One line a stage, redrawn in place in one write a frame; finished lines stay in the scroll-back. */
export function createTerminalReporter(terminal: Terminal, options: { readonly colour: boolean }): Reporter {
  return new TerminalReporter(terminal, painter(options.colour));
}

/** Rows of the window that lines take now: a terminal wraps them anew when it gets narrower. */
function rowsOf(lines: string, columns: number): number {
  return lines.split('\n').reduce((rows, line) => rows + Math.max(1, Math.ceil(line.replace(PAINT, '').length / columns)), 0);
}

const PAINT = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

class TerminalReporter implements Reporter {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #lines = new Map<string, Line>();
  #pending: string[] = [];
  #frame = 0;
  #last = '';
  #stop: () => void = () => undefined;

  constructor(terminal: Terminal, paint: Paint) {
    this.#terminal = terminal;
    this.#paint = paint;
  }

  report(event: WorkflowEvent): void {
    switch (event.kind) {
      case 'runStarted':
        this.#pending.push(this.#paint('bold', event.workflow));
        for (const { id, title } of event.steps)
          this.#lines.set(id, { title, mark: ' ', startMs: 0, fraction: 0, message: '', end: '', running: false });
        this.#stop = this.#terminal.everyFrame(() => this.#draw());
        return;
      case 'stepStarted':
        return this.#change(event.id, {
          running: true,
          startMs: event.atMs,
          fraction: 0,
          message: event.attempt > 1 ? `attempt ${event.attempt}` : '',
        });
      case 'progress':
        return this.#change(event.id, { fraction: event.fraction, message: event.message });
      case 'log':
        if (event.level !== 'debug') this.#pending.push(`    ${this.#paint(event.level === 'info' ? 'dim' : 'yellow', event.message)}`);
        return;
      case 'stepRetried':
        return this.#change(event.id, { message: `failed (${event.error}), again in ${durationText(event.delayMs)}` });
      case 'stepFellBack':
        return this.#change(event.id, { message: `falling back to ${event.uses}`, fraction: 0 });
      case 'stepFinished':
        return this.#end(event.id, markOf('done', this.#paint), durationText(event.durationMs));
      case 'stepSkipped':
        return this.#end(
          event.id,
          markOf(event.reason === 'unchanged' ? 'unchanged' : event.reason === 'cancelled' ? 'cancelled' : 'skipped', this.#paint),
          event.detail,
        );
      case 'stepFailed':
        return this.#end(event.id, markOf('failed', this.#paint), [event.error, event.hint].filter((text) => text !== '').join(' '));
      case 'runFinished':
        this.#stop();
        this.#draw();
        this.#terminal.write(`\n${summaryLines(event.result, this.#paint).join('\n')}\n`);
        return;
    }
  }

  #change(id: string, change: Partial<Line>): void {
    Object.assign(this.#lines.get(id) ?? {}, change);
  }

  #end(id: string, mark: string, end: string): void {
    this.#change(id, { mark, end, running: false });
  }

  /** One write: up to the first line, the pending notes, every line anew, the rest of the screen cleared. */
  #draw(): void {
    this.#frame++;
    const columns = Math.max(20, this.#terminal.columns());
    const lines = [...this.#lines.values()].map((line) => this.#text(line, columns)).join('\n');
    if (lines === this.#last && this.#pending.length === 0) return;
    const up = this.#last === '' ? '' : `\u001b[${rowsOf(this.#last, this.#terminal.columns())}A\r`;
    const notes = this.#pending.map((note) => `${note}\u001b[K\n`).join('');
    this.#terminal.write(`${up}${notes}${lines.replaceAll('\n', '\u001b[K\n')}\u001b[K\n\u001b[J`);
    this.#pending = [];
    this.#last = lines;
  }

  #text(line: Line, columns: number): string {
    const width = Math.max(...[...this.#lines.values()].map((each) => each.title.length));
    const title = line.title.padEnd(width);
    const room = Math.max(0, columns - width - 6);
    if (!line.running)
      return `  ${line.mark} ${line.end === '' ? this.#paint('dim', fit(title, columns - 5)) : `${title} ${this.#paint('dim', fit(line.end, room))}`}`;
    const spinner = this.#paint('cyan', SPINNER[this.#frame % SPINNER.length]!);
    const elapsedMs = Math.max(0, this.#terminal.now() - line.startMs);
    return `  ${spinner} ${title} ${this.#progress(line, elapsedMs, room)}`;
  }

  #progress(line: Line, elapsedMs: number, room: number): string {
    const elapsed = durationText(elapsedMs);
    if (line.fraction === 0) return fit(`${elapsed}  ${line.message}`.trimEnd(), room);
    const full = Math.round(line.fraction * BAR_WIDTH);
    const left =
      elapsedMs > 2_000 && line.fraction > 0.02 ? `, ${durationText((elapsedMs / line.fraction) * (1 - line.fraction))} left` : '';
    const figures = `${String(Math.floor(line.fraction * 100)).padStart(3)} %  ${elapsed}${left}  ${line.message}`.trimEnd();
    if (room < BAR_WIDTH + 12) return fit(figures, room);
    return `${this.#paint('green', '━'.repeat(full))}${this.#paint('dim', '─'.repeat(BAR_WIDTH - full))} ${fit(figures, room - BAR_WIDTH - 1)}`;
  }
}
