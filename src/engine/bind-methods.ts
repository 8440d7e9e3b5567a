/**
 * Ties a context's methods to it, so that a strategy may take them out by name as it does features: `({ f, submit }) => …`. They can be
 * neither replaced nor listed.
 */
export function bindMethods(context: object): void {
  const inherited = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(context) as object);
  for (const [name, { value }] of Object.entries(inherited) as [string, PropertyDescriptor][]) {
    if (typeof value === 'function' && name !== 'constructor')
      Object.defineProperty(context, name, { value: (value as () => unknown).bind(context) });
  }
}
