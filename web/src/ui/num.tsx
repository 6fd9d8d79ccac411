import type { ReactNode } from 'react';
import { count, dollars, duration, percent } from '../../../src/domain/figures.ts';
import './num.css';

const formats = { count, usd: dollars, seconds: duration, percent } as const;

export interface NumProps {
  /** Tokens and counts as they are, US dollars, seconds, or a fraction of 1; `null`: nobody told. */
  readonly value: number | null;
  readonly kind?: keyof typeof formats;
  /** `false`: it may still change, and stands with a `~`. */
  readonly settled?: boolean;
  /** What stands behind it, such as its ledger rows. */
  readonly onOpen?: () => void;
  /** What it is, for the button that opens it: `1,204 tokens: show the ledger rows`. */
  readonly label?: string;
}

/** A figure in digits of one width: while it runs, nothing beside it moves. */
export function Num({ value, kind = 'count', settled = true, onOpen, label }: NumProps): ReactNode {
  const text = formats[kind](value);
  const shown = (
    <span className={settled ? 'num' : 'num num-live'} title={settled ? undefined : 'Not settled yet'}>
      {settled ? null : (
        <span className="num-tilde" aria-label="about">
          ~
        </span>
      )}
      {text}
    </span>
  );
  if (onOpen === undefined) return shown;
  return (
    <button
      type="button"
      className="num-button"
      onClick={onOpen}
      aria-label={`${settled ? '' : 'about '}${text}${label === undefined ? '' : ` ${label}`}: show what it is made of`}
    >
      {shown}
    </button>
  );
}
