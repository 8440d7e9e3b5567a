import type { StepResult, WorkflowResult } from '#workflow';

/** `0.4 s`, `12 s`, `3 min 05 s`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

export type Paint = (style: 'green' | 'red' | 'yellow' | 'dim' | 'bold' | 'cyan', text: string) => string;

const CODES = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1, cyan: 36 };

export function painter(colour: boolean): Paint {
  return colour ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}

export function markOf(status: StepResult['status'], paint: Paint): string {
  switch (status) {
    case 'done':
      return paint('green', '✓');
    case 'unchanged':
      return paint('cyan', '↷');
    case 'skipped':
      return paint('dim', '↷');
    case 'failed':
      return paint('red', '✗');
    case 'cancelled':
      return paint('yellow', '■');
  }
}

/** Cuts to a width in characters, with an ellipsis. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** The closing table: one line a step with its time, memory and files, and a line for the whole. */
export function summaryLines(result: WorkflowResult, paint: Paint): readonly string[] {
  const width = Math.max(8, ...result.steps.map((step) => step.title.length));
  const rows = result.steps.map((step) => {
    const bytes = step.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const files = step.files.length === 0 ? '' : `${step.files.length} file${step.files.length === 1 ? '' : 's'}, ${sizeText(bytes)}`;
    const memory = step.peakMemoryBytes === 0 ? '' : sizeText(step.peakMemoryBytes);
    const note = step.usedFallback ? 'by fallback' : step.status === 'done' ? '' : step.detail;
    return `  ${markOf(step.status, paint)} ${step.title.padEnd(width)} ${durationText(step.durationMs).padStart(12)} ${memory.padStart(8)}  ${files.padEnd(18)} ${paint('dim', note)}`.trimEnd();
  });
  const head = paint('dim', `    ${'stage'.padEnd(width)} ${'time'.padStart(12)} ${'peak'.padStart(8)}  files`);
  const count = (status: string): number => result.steps.filter((step) => step.status === status).length;
  const [done, unchanged, failed] = [count('done'), count('unchanged'), count('failed')];
  const parts = [`${done} run`, `${unchanged} unchanged`];
  if (failed > 0) parts.push(`${failed} failed`);
  const rest = result.steps.length - done - unchanged - failed;
  if (rest > 0) parts.push(`${rest} not run`);
  const words = { succeeded: paint('green', 'finished'), failed: paint('red', 'failed'), cancelled: paint('yellow', 'cancelled') };
  return [
    head,
    ...rows,
    '',
    `${paint('bold', result.workflow)} ${words[result.status]} in ${durationText(result.durationMs)}: ${parts.join(', ')}`,
    ...(result.status === 'cancelled' ? ['What was complete is kept: the same command, without --fresh, goes on from here.'] : []),
  ];
}
