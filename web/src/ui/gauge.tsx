import type { ReactNode } from 'react';
import { contextLevels } from '../../../src/domain/thresholds.ts';
import { percent } from '../../../src/domain/figures.ts';
import { levelOf, type GaugeMarks } from '../../../src/domain/gauge-level.ts';
import './gauge.css';

export interface GaugeProps {
  /** 0 to 1; `null`: unknown. */
  readonly use: number | null;
  /** What is held beside it by calls in flight, 0 to 1: drawn behind the load, and counted in its level. */
  readonly held?: number;
  /** Fractions at which it is marked; none of those that are `null` or missing. */
  readonly thresholds: GaugeMarks & { readonly compact?: number | null; readonly stop?: number | null };
  /** `sm` in tables, `md` in lines of figures; `lg` is as wide as its place. */
  readonly size?: 'sm' | 'md' | 'lg';
  /** What is measured, for those who don't see it. */
  readonly label: string;
}

/**
 * The load line: how much of something is used, with the thresholds marked where they stand. The terminal's
 * `▕█████▌  ┊ ┊▏`, drawn.
 */
export function Gauge({ use, held = 0, thresholds, size = 'md', label }: GaugeProps): ReactNode {
  const level = levelOf(use === null ? null : use + held, thresholds);
  const filled = drawnShare(use);
  const marks = contextLevels.flatMap((name) => {
    const at = thresholds[name] ?? null;
    return at === null || (size === 'sm' && (name === 'compact' || name === 'stop')) ? [] : [{ name, at }];
  });
  const words = marks.map(({ name, at }) => `${name} at ${percent(at)}`).join(', ');
  return (
    <svg
      className={`gauge gauge-${size} gauge-${level}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round((use ?? 0) * 100)}
      aria-valuetext={`${use === null ? 'unknown' : percent(use)}${held > 0 ? `, ${percent(held)} held` : ''}${words === '' ? '' : `; ${words}`}`}
    >
      <rect className="gauge-hull" x="0" width="100%" y="15%" height="70%" />
      {held > 0 ? (
        <rect
          className="gauge-held"
          x={`${filled * 100}%`}
          y="15%"
          height="70%"
          style={{ width: `${Math.min(1 - filled, Math.max(0.006, held)) * 100}%` }}
        />
      ) : null}
      <rect
        className="gauge-load"
        x="0"
        y="15%"
        height="70%"
        style={{ width: filled === 0 ? 0 : `max(4px, ${filled * 100}%)` }}
      />
      {marks.map(({ name, at }) => (
        <line
          key={name}
          className={`gauge-mark gauge-mark-${name}${filled >= at ? ' gauge-mark-under' : ''}`}
          x1={`${at * 100}%`}
          x2={`${at * 100}%`}
          y1="0"
          y2="100%"
        />
      ))}
      <line className="gauge-post" x1="1" x2="1" y1="0" y2="100%" />
      <line className="gauge-post gauge-post-end" x1="100%" x2="100%" y1="0" y2="100%" />
    </svg>
  );
}

/** What is used is never drawn as nothing, and what is not full never as full. */
function drawnShare(use: number | null): number {
  if (use === null || use <= 0) return 0;
  return use >= 1 ? 1 : Math.min(0.985, use);
}
