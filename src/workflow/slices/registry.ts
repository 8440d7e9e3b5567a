import { invariant, UserError } from '#core';
import { sliceContracts, type SliceInput, type SliceName, sliceNames, type SliceOutput } from './contracts.ts';
import type { Slice, SliceFactory } from './slice.ts';

export type SliceState =
  | { readonly kind: 'ready'; readonly slice: Slice }
  | { readonly kind: 'disabled'; readonly reason: string }
  | { readonly kind: 'absent' };

/** Which slices there are and whether each can work. Every call is checked against its contract, both ways. */
export class SliceRegistry {
  readonly #states = new Map<SliceName, SliceState>();

  /** Later registrations replace earlier ones, so that a user's slice takes the place of a built-in. */
  register(slice: Slice): this {
    this.#states.set(slice.name, { kind: 'ready', slice });
    return this;
  }

  disable(name: SliceName, reason: string): this {
    this.#states.set(name, { kind: 'disabled', reason });
    return this;
  }

  state(name: SliceName): SliceState {
    return this.#states.get(name) ?? { kind: 'absent' };
  }

  /** One line a slice, for `--verbose` and `status`. */
  describe(): readonly string[] {
    return sliceNames.map((name) => {
      const state = this.state(name);
      if (state.kind === 'ready') return `${name}: ready (${state.slice.origin})`;
      return state.kind === 'disabled' ? `${name}: disabled, ${state.reason}` : `${name}: absent`;
    });
  }

  /** Throws `UserError` when the slice cannot work or gives an answer of the wrong shape. */
  async call<N extends SliceName>(name: N, input: SliceInput<N>): Promise<SliceOutput<N>> {
    const state = this.state(name);
    if (state.kind === 'disabled') throw new UserError(`the slice "${name}" is disabled: ${state.reason}`);
    if (state.kind === 'absent')
      throw new UserError(`there is no slice "${name}"`, 'Register one, or put a file that exports it into the slices folder.');
    const contract = sliceContracts[name];
    const given = contract.input.safeParse(input);
    invariant(given.success, `the input of slice "${name}" breaks its contract: ${given.error?.message}`);
    const answer = contract.output.safeParse(await state.slice.call(given.data as never));
    if (answer.success) return answer.data as SliceOutput<N>;
    const issue = answer.error.issues[0]!;
    const place = issue.path.map(String).join('.');
    throw new UserError(
      `the slice "${name}" (${state.slice.origin}) answered in the wrong shape: ${place === '' ? '' : `"${place}" `}${issue.message}`,
    );
  }
}

/**
 * Builds the registry at start: factories first, then a user's slices over them. A factory whose optional package is missing,
 * or that fails, disables its slice with one line and nothing else.
 */
export async function buildSliceRegistry(
  factories: readonly SliceFactory[],
  own: readonly Slice[],
  isInstalled: (packageName: string) => boolean,
): Promise<SliceRegistry> {
  const registry = new SliceRegistry();
  for (const factory of factories) {
    const missing = (factory.requires ?? []).filter((name) => !isInstalled(name));
    if (missing.length > 0) {
      registry.disable(factory.name, `it needs ${missing.join(' and ')} (npm install ${missing.join(' ')})`);
      continue;
    }
    try {
      registry.register(await factory.create());
    } catch (error) {
      registry.disable(factory.name, error instanceof Error ? error.message : String(error));
    }
  }
  for (const slice of own) registry.register(slice);
  return registry;
}
