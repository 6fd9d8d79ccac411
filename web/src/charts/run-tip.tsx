import type { ReactNode } from 'react';
import { amountOf, count, dollars, duration } from '../../../src/domain/figures.ts';
import { dateTime } from '../inspect/times.ts';
import { tokenParts, type RunBar } from './run-bars.ts';
import { partSeries, Swatch } from './series.tsx';

/** The figures of a bar under the pointer. */
export function RunTip({ bar }: { readonly bar: RunBar | undefined }): ReactNode {
  const run = bar?.runs[0];
  if (bar === undefined || run === undefined) return null;
  const single = bar.runs.length === 1;
  const about = bar.live || bar.estimatedTokens > 0 ? '~' : '';
  return (
    <div className="chart-tip">
      <header>
        <span>{single ? `Run ${bar.first}` : `Runs ${bar.first} to ${bar.last}`}</span>
        <span className="muted">{single ? run.status : amountOf(bar.runs.length, 'run')}</span>
      </header>
      <dl>
        {tokenParts.map((part) => (
          <Line key={part} name={partSeries[part].name} look={partSeries[part]} value={count(bar[part])} />
        ))}
        <dt className="chart-tip-total">Tokens</dt>
        <dd className="chart-tip-total">
          {about}
          {count(bar.total)}
        </dd>
        <dt>Cost</dt>
        <dd>
          {bar.costUnknown && bar.cost !== null ? 'over ' : about}
          {dollars(bar.cost)}
        </dd>
        {single ? <Line name="Duration" value={duration(run.metrics.duration)} /> : null}
        {single ? <Line name="First token" value={duration(run.metrics.timeToFirstToken)} /> : null}
        {bar.failedAttempts > 0 ? <Line name="Failed attempts" value={count(bar.failedAttempts)} /> : null}
        {bar.estimatedTokens > 0 ? <Line name="of it estimated" value={count(bar.estimatedTokens)} /> : null}
      </dl>
      <p>{dateTime(run.startedAt)}</p>
      {single && run.reason !== null ? <p>{run.reason}</p> : null}
      {bar.compactions.slice(0, 3).map(({ id, runs, tokensBefore, tokensAfter }) => (
        <p key={id}>
          Compacted {amountOf(runs, 'run')}: {count(tokensBefore)} to {count(tokensAfter)} tokens
        </p>
      ))}
      {bar.warnings.slice(0, 3).map(({ level, message, at }) => (
        <p key={`${level}${at}`}>{message}</p>
      ))}
    </div>
  );
}

function Line({
  name,
  value,
  look,
}: {
  readonly name: string;
  readonly value: string;
  readonly look?: (typeof partSeries)['uncached'];
}): ReactNode {
  return (
    <>
      <dt>
        {look === undefined ? null : <Swatch of={look} />} {name}
      </dt>
      <dd>{value}</dd>
    </>
  );
}
