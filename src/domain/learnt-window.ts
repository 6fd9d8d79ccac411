/** A model's window as its own server gave it away, by refusing or by cutting a request. */
export interface LearntWindow {
  /** `provider/model`. */
  readonly model: string;
  /** Tokens. */
  readonly window: number;
  /** What gave it away: an error that names it, or a count that shows that the request was cut. */
  readonly from: 'error' | 'truncation';
  /** Milliseconds since the epoch. */
  readonly learntAt: number;
}

/** Models are deployed anew with other windows: what a server said a week ago does not overrule what is known. */
const lastsMs = 7 * 24 * 60 * 60 * 1000;

/**
 * The window to plan with: the known one (of the config or the catalogue) unless the server has lately shown a smaller
 * one; a learnt one for good where none is known.
 *
 * @param known tokens; `null` when neither config nor catalogue tell.
 * @param now milliseconds since the epoch.
 */
export function windowInForce(known: number | null, learnt: LearntWindow | null, now: number): number | null {
  if (learnt === null) return known;
  if (known === null) return learnt.window;
  return learnt.window < known && now - learnt.learntAt < lastsMs ? learnt.window : known;
}
