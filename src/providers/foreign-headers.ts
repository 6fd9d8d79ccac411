/**
 * Takes back the headers that an SDK adds to every request of every client, from a variable such as
 * `OPENAI_CUSTOM_HEADERS`: they are meant for that provider's own server and may hold a secret.
 *
 * @param lines the variable's value: one `Name: value` a line
 */
export function withoutForeignHeaders(lines: string | undefined): Record<string, null> {
  const names = (lines ?? '').split('\n').flatMap((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf(':'))).trim();
    return name === '' ? [] : [name];
  });
  return Object.fromEntries(names.map((name) => [name, null]));
}
