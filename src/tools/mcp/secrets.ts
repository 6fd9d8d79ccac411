/** A shorter value is a word of ordinary texts. */
const shortest = 6;
const mark = '[secret]';
const nameOfSecret = /key|token|secret|passw|pwd|auth|credential|cookie|bearer/i;

function longestFirst(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value.length >= shortest).toSorted((a, b) => b.length - a.length);
}

const without = (values: readonly string[], text: string): string =>
  values.reduce((clean, value) => clean.replaceAll(value, mark), text);

interface Settings {
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** What `${NAME}` stood for, by name. */
  readonly expanded: Readonly<Record<string, string>>;
}

/** Takes what a server was given in confidence out of texts. */
export interface Secrets {
  /** For logs and errors: every value that the server was given. */
  hide(text: string): string;
  /** For what the server says: values whose name says that they are secret. A path that it was given may be in its answer. */
  hideKeys(text: string): string;
}

export function secretsOf({ env, headers, expanded }: Settings): Secrets {
  const named = Object.entries({ ...expanded, ...env });
  const bare = Object.values(headers).map((value) => value.replace(/^(?:Bearer|Basic|Token)\s+/i, ''));
  const sent = [...Object.values(headers), ...bare];
  const all = longestFirst([...named.map(([, value]) => value), ...sent]);
  const keys = longestFirst([...named.flatMap(([name, value]) => (nameOfSecret.test(name) ? [value] : [])), ...sent]);
  return { hide: (text) => without(all, text), hideKeys: (text) => without(keys, text) };
}
