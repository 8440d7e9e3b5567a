import { UserError } from '#core';

/** The context whose strategy was asked last: what a method that was taken out by name belongs to. */
let holder: object | undefined;

/** Stored where it changes only: this is asked once a bar. */
export function takeTurn(context: object): void {
  if (holder !== context) holder = context;
}

/** From here on nobody is being asked, until the next. */
export function endTurn(): void {
  holder = undefined;
}

/** Lets a run take its turns; who had the turn before has it again after, since a strategy may run a backtest of its own. */
export function withTurns(run: () => void): void {
  const before = holder;
  try {
    run();
  } finally {
    holder = before;
  }
}

/**
 * The context that a method is called of. A strategy may take methods out by name, as it does features (`({ f, submit }) => …`), and then means
 * the one at which it is asked. Methods tied to their object would be other functions in every run, and the compiler would have to begin anew
 * with each. Throws `UserError` when nobody is asked: a method kept for later cannot know whose it is.
 */
export function calledOf<Context extends object>(self: unknown, kind: abstract new (...given: never[]) => Context): Context {
  if (self instanceof kind) return self;
  if (holder instanceof kind) return holder;
  throw new UserError(
    'a strategy called a method of its context when it was not asked',
    'Call it before onBar or onInstant returns, or as a part of the context: context.submit(…).',
  );
}
