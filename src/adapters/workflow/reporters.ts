import type { Reporter, WorkflowEvent } from '#workflow';
import { durationText, painter, summaryLines } from './text.ts';

export type WriteText = (text: string) => void;

/** One plain line an event, for pipes and logs; progress at each tenth. */
export function createPlainReporter(write: WriteText): Reporter {
  const tenths = new Map<string, number>();
  const line = (text: string): void => write(`${text}\n`);
  return {
    report(event) {
      if (event.kind === 'progress') {
        const tenth = Math.floor(event.fraction * 10);
        if (tenth <= (tenths.get(event.id) ?? 0)) return;
        tenths.set(event.id, tenth);
      }
      for (const text of plainLines(event)) line(text);
    },
  };
}

function plainLines(event: WorkflowEvent): readonly string[] {
  switch (event.kind) {
    case 'runStarted':
      return [`${event.workflow}: ${event.steps.length} stage${event.steps.length === 1 ? '' : 's'}`];
    case 'stepStarted':
      return [`${event.id}: started${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`];
    case 'progress':
      return [`${event.id}: ${Math.floor(event.fraction * 100)} %${event.message === '' ? '' : ` ${event.message}`}`];
    case 'log':
      return [`${event.id}: ${event.level === 'info' ? '' : `${event.level}: `}${event.message}`];
    case 'stepRetried':
      return [`${event.id}: attempt ${event.attempt} failed (${event.error}); again in ${durationText(event.delayMs)}`];
    case 'stepFellBack':
      return [`${event.id}: failed (${event.error}); falling back to ${event.uses}`];
    case 'stepFinished':
      return [`${event.id}: ✓ ${durationText(event.durationMs)}`];
    case 'stepSkipped':
      return [`${event.id}: ↷ ${event.detail}`];
    case 'stepFailed':
      return [`${event.id}: ✗ ${event.error}${event.hint === '' ? '' : ` ${event.hint}`}${event.tolerated ? ' (the run goes on)' : ''}`];
    case 'runFinished':
      return ['', ...summaryLines(event.result, painter(false))];
  }
}

/** One JSON object a line, for machines. The end of a run names its status; outputs and lineage are in files and in the app's own answer. */
export function createJsonLinesReporter(write: WriteText): Reporter {
  return {
    report(event) {
      const shown =
        event.kind === 'runFinished'
          ? { kind: event.kind, status: event.result.status, durationMs: event.result.durationMs, atMs: event.atMs }
          : event;
      write(`${JSON.stringify(shown, (key, value: unknown) => (key === 'cause' ? undefined : value))}\n`);
    },
  };
}
