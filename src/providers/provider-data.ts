interface Marked {
  readonly source: string;
  readonly content: unknown;
}

/** Opaque data of a provider, marked with where it came from. `source` is `provider/model`. */
export function markProviderData(source: string, content: unknown): Marked {
  return { source, content };
}

/**
 * The data that the same provider and model gave, else `undefined`: signed or encrypted reasoning of another one is
 * refused by every provider, so that a session whose model changes must leave it out.
 */
export function ownProviderData(providerData: unknown, source: string): unknown {
  if (typeof providerData !== 'object' || providerData === null) return undefined;
  const marked = providerData as Partial<Marked>;
  return marked.source === source ? marked.content : undefined;
}
