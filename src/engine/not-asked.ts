import { UserError } from '#core';

/** For a method of a context that was taken out by name, and is called when no strategy is being asked: it cannot know whose it is. */
export function notAsked(): UserError {
  return new UserError(
    'a strategy called a method of its context when it was not asked',
    'Call it before onBar or onInstant returns, or as a part of the context: context.submit(…).',
  );
}
