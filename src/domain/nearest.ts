/** Levenshtein's distance, in one row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The known name that a mistyped one most likely means; `null` when none is near.
 *
 * @example
 * nearest('histroy', ['history', 'limits']); // 'history'
 */
export function nearest(name: string, known: Iterable<string>): string | null {
  const lower = name.toLowerCase();
  const most = Math.ceil(name.length / 3);
  let best: { readonly name: string; readonly away: number } | null = null;
  for (const candidate of known) {
    const away = distance(lower, candidate.toLowerCase());
    if (away <= most && (best === null || away < best.away)) best = { name: candidate, away };
  }
  return best?.name ?? null;
}

/** `; did you mean "history"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = nearest(name, known);
  return best === null ? '' : `; did you mean "${best}"?`;
}
