/**
 * Is this base64, with or without its padding? What does not belong there is looked for: a pattern that matches the
 * whole of some megabytes overflows the stack.
 */
export function isBase64(text: string): boolean {
  const body = text.replace(/={1,2}$/, '');
  return body !== '' && !/[^A-Za-z0-9+/]/.test(body);
}
