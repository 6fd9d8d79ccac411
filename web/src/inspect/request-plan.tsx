import type { ReactNode } from 'react';
import type { RequestView } from '../../../src/client/inspect-api.ts';
import { count, percent } from '../../../src/domain/figures.ts';
import { Icon } from '../ui/icon.tsx';
import { estimateError, windowShares } from './request-items.ts';

const names = {
  instructions: 'Instructions',
  tools: 'Tools',
  summary: 'Summary',
  history: 'Past runs',
  message: 'This run',
  answer: 'Kept for the answer',
  free: 'Free',
} as const;

/** How the request fills its window, what was estimated and counted, and what was left out. */
export function RequestPlan({ request }: { readonly request: RequestView }): ReactNode {
  const { plan, inputTokens } = request;
  const shares = windowShares(plan);
  const whole = shares.reduce((all, { tokens }) => all + tokens, 0);
  const error = estimateError(plan.inputTokens, inputTokens);
  return (
    <section className="plan" aria-label="The plan">
      <dl className="plan-figures">
        <Figure name="Estimated" value={count(plan.inputTokens)} hint={`at most ${count(plan.inputBound)}`} />
        <Figure
          name="Provider's count"
          value={count(inputTokens)}
          hint={error === null ? 'not told' : `estimate ${signed(error)}`}
        />
        <Figure
          name="Window"
          value={plan.window === null ? 'unknown' : count(plan.window)}
          hint={plan.window === null ? '' : `${percent((inputTokens ?? plan.inputTokens) / plan.window)} used`}
        />
        <Figure name="Kept for the answer" value={count(plan.answerTokens)} hint="tokens" />
      </dl>
      <div
        className="plan-bar"
        role="img"
        aria-label={shares.map(({ name, tokens }) => `${names[name]}: ${count(tokens)} tokens`).join(', ')}
      >
        {shares.map(({ name, tokens }) => (
          <span
            key={name}
            className={`plan-share plan-${name}`}
            style={{ flexGrow: tokens / whole }}
            title={`${names[name]}: ${count(tokens)} tokens`}
          />
        ))}
      </div>
      <ul className="plan-legend">
        {shares.map(({ name, tokens }) => (
          <li key={name}>
            <span className={`plan-swatch plan-${name}`} />
            {names[name]}
            {name === 'history' ? ` (${count(plan.runs)})` : ''} <b>{count(tokens)}</b>
          </li>
        ))}
      </ul>
      {plan.cut.length === 0 ? null : (
        <ul className="plan-cut">
          {plan.cut.map(({ what, count: many, why }) => (
            <li key={`${what}/${why}`}>
              <Icon name="compact" />
              <span>
                <b>
                  {count(many)} {what}
                </b>{' '}
                left out: {why}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Figure({
  name,
  value,
  hint,
}: {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
}): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} <small>{hint}</small>
      </dd>
    </div>
  );
}

function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(1)} %`;
}
