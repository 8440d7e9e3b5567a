import { UserError } from '#core';

/** One mistake in a workflow file; `line` and `column` count from 1. */
export interface WorkflowFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

/** All mistakes found in one workflow file; the message has one line each, `file:line:column: what. How to mend it`. */
export class WorkflowFileError extends UserError {
  readonly file: string;
  readonly faults: readonly WorkflowFault[];

  constructor(file: string, faults: readonly WorkflowFault[]) {
    const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    super(
      sorted.map((item) => `${file}:${item.line}:${item.column}: ${item.message}${item.hint === '' ? '' : `. ${item.hint}`}`).join('\n'),
    );
    this.file = file;
    this.faults = sorted;
  }
}
