import type { Reporter } from '#workflow';
import { createJsonLinesReporter, createPlainReporter } from './reporters.ts';
import { createTerminalReporter } from './terminal.ts';

const FRAME_MS = 80;

/** The reporter that fits the stream: JSON lines on request, the live view in a terminal, plain lines elsewhere. */
export function chooseReporter(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
  options: { readonly json?: boolean; readonly noColour?: boolean } = {},
): Reporter {
  const write = (text: string): void => void stream.write(text);
  if (options.json === true) return createJsonLinesReporter(write);
  if (stream.isTTY !== true || process.env['TERM'] === 'dumb') return createPlainReporter(write);
  const colour = options.noColour !== true && (process.env['NO_COLOR'] ?? '') === '';
  const everyFrame = (draw: () => void): (() => void) => {
    const timer = setInterval(draw, FRAME_MS);
    timer.unref();
    return () => clearInterval(timer);
  };
  return createTerminalReporter({ write, columns: () => stream.columns ?? 80, everyFrame, now: () => Date.now() }, { colour });
}
