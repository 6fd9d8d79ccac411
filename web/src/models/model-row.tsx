import type { ReactNode } from 'react';
import type { ListedModel } from '../../../src/client/model-list.ts';
import { count, price } from '../../../src/domain/figures.ts';
import { Badge } from '../ui/badge.tsx';
import { dateTime } from '../inspect/times.ts';

/** A model's window, prices, and how far its estimates were off. */
export function ModelRow({ model }: { readonly model: ListedModel }): ReactNode {
  const { agents, callable, contextWindow, maxInputTokens, maxOutputTokens, learnt, price: prices, source } = model;
  const dearer = model.longContextPrice ? '+' : '';
  const priced = (dollars: number | undefined): string => (prices === null ? '?' : `${price(dollars)}${dearer}`);
  return (
    <div role="row" className="model">
      <span role="cell" className="model-name">
        <span>{model.model}</span>
        <small>
          {model.provider}
          {callable ? '' : ' · no key here'}
        </small>
      </span>
      <span role="cell" data-name="Window">
        {learnt === null ? (
          count(contextWindow)
        ) : (
          <span
            title={`Learnt by ${learnt.from === 'error' ? 'its refusal' : 'a request that it cut'}, ${dateTime(learnt.learntAt)}`}
          >
            {count(contextWindow)}*
          </span>
        )}
        {maxInputTokens === null || maxInputTokens === contextWindow ? null : <small>{count(maxInputTokens)} in</small>}
      </span>
      <span role="cell" data-name="Output">
        {count(maxOutputTokens)}
      </span>
      <span role="cell" data-name="In">
        {priced(prices?.input)}
      </span>
      <span role="cell" data-name="Cached">
        {priced(prices?.cacheRead ?? prices?.input)}
      </span>
      <span role="cell" data-name="Out" title={source === null ? 'No price is known' : `Price: ${source}`}>
        {priced(prices?.output)}
      </span>
      <Estimates of={model.estimates} />
      <span role="cell" className="model-agents">
        {agents.map((name) => (
          <Badge key={name} tone="accent">
            {name}
          </Badge>
        ))}
      </span>
    </div>
  );
}

function Estimates({ of }: { readonly of: ListedModel['estimates'] }): ReactNode {
  if (of === null) {
    return (
      <span role="cell" className="muted" data-name="Estimates">
        –
      </span>
    );
  }
  const { medianError, p95Error, requests, boundViolations } = of;
  return (
    <span
      role="cell"
      data-name="Estimates"
      title="Estimate of a request beside the provider's count: median and 95th percentile"
    >
      {signed(medianError)}, p95 {signed(p95Error)}
      <small>
        {count(requests)} {requests === 1 ? 'request' : 'requests'}
        {boundViolations === 0 ? '' : `, ${count(boundViolations)} over their bound`}
      </small>
    </span>
  );
}

function signed(error: number): string {
  return `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(1)} %`;
}
