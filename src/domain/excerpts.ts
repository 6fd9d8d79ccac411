/** Of what is kept of a text that is too long, this much is its beginning; the rest is its end. */
const headShare = 3 / 4;

/** A text of about so many characters at most: its beginning, its end, and a line that says what is missing between. */
export function excerptWithin(text: string, mostChars: number): string {
  if (text.length <= mostChars) return text;
  const head = Math.floor(mostChars * headShare);
  const tail = Math.floor(mostChars) - head;
  const left = text.length - head - tail;
  return `${text.slice(0, head)}\n[… ${left} characters are left out …]\n${tail === 0 ? '' : text.slice(-tail)}`;
}

/**
 * What each of several may have of a whole that they share: those that need less than an equal part leave the rest to
 * the others.
 */
export function shareOut(needs: readonly number[], whole: number): readonly number[] {
  const shares = needs.map(() => 0);
  const inOrder = needs.map((need, index) => ({ need, index })).toSorted((one, other) => one.need - other.need);
  let left = Math.max(0, whole);
  for (const [at, { need, index }] of inOrder.entries()) {
    const share = Math.min(need, Math.floor(left / (inOrder.length - at)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}
