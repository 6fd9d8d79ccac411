import type { ReactNode } from 'react';
import type { SessionDetails } from '../../../../src/client/api.ts';
import { count, percent } from '../../../../src/domain/figures.ts';
import { contextLevels } from '../../../../src/domain/thresholds.ts';
import { Gauge } from '../../ui/gauge.tsx';
import { Num } from '../../ui/num.tsx';
import './context-gauge.css';

export interface ContextGaugeProps {
  readonly session: SessionDetails;
  readonly tokens: number;
  readonly use: number | null;
  readonly settled: boolean;
}

/** How full the model's window is, where the thresholds stand, and which have been passed. */
export function ContextGauge({ session, tokens, use, settled }: ContextGaugeProps): ReactNode {
  const { thresholds, contextWindow, thresholdsFired, compacting } = session;
  return (
    <div className="context-gauge figures">
      <div className="context-words">
        <strong>
          <Num value={use} kind="percent" settled={settled} />
        </strong>
        <span>
          {count(tokens)} of {contextWindow === null ? 'an unknown window' : `${count(contextWindow)} tokens`}
        </span>
        {compacting ? <span className="context-compacting">compacting…</span> : null}
      </div>
      <Gauge use={use} thresholds={thresholds.context} size="lg" label="Context" />
      <ul className="context-levels">
        {contextLevels.map((level) => {
          const at = thresholds.context[level];
          if (at === null) return null;
          const fired = thresholdsFired.includes(`context.${level}`);
          return (
            <li key={level} className={`context-level context-level-${level}${fired ? ' context-level-fired' : ''}`}>
              <span aria-hidden="true" /> {level} {percent(at)}
              {fired ? <span className="visually-hidden"> (passed)</span> : null}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
