/**
 * Where the JSON of a request has half of a surrogate pair, which JavaScript writes and stricter parsers refuse; -1:
 * nowhere.
 */
export function halfCharacterAt(body: unknown): number {
  if (!hasHalfCharacter(body)) return -1;
  return JSON.stringify(body).search(/\\ud[89a-f][0-9a-f]{2}/);
}

function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => !key.isWellFormed() || hasHalfCharacter(inner));
}
