import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import type { ListedModel } from '../../../src/client/model-list.ts';
import { modelsQuery } from '../api/models.ts';
import { messageOf } from '../api/problem.ts';
import { VirtualRows } from '../inspect/virtual-rows.tsx';
import { SearchInput } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { ModelRow } from './model-row.tsx';
import './models.css';

const titles = ['Model', 'Window', 'Output', '$/M in', 'Cached', '$/M out', 'Estimates', 'Agents'] as const;

/** Prices, windows and estimate errors of models, those that agents use first. */
export function ModelsPage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const all = params.get('all') === 'true';
  const words = params.get('q') ?? '';
  const models = useQuery(modelsQuery(all));
  const change = (name: string, value: string): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const shown = usedFirst(models.data ?? []).filter(({ ref }) =>
    words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => ref.toLowerCase().includes(word)),
  );
  return (
    <Page title="Models">
      <div className="models-filters">
        <Segmented
          label="Models shown"
          value={all ? 'all' : 'callable'}
          onChange={(value) => change('all', value === 'all' ? 'true' : '')}
          options={[
            { value: 'callable', label: 'Can be called here' },
            { value: 'all', label: 'All that are known' },
          ]}
        />
        <SearchInput label="Find a model" value={words} onChange={(value) => change('q', value)} />
        <span className="muted models-note">US dollars a million tokens · * learnt from its server</span>
      </div>
      {models.isError ? <p className="empty">{messageOf(models.error)}</p> : null}
      {models.data !== undefined && shown.length === 0 ? <p className="empty">No model of that name.</p> : null}
      {shown.length === 0 ? null : (
        <div className="card models" role="table" aria-label="Models" aria-rowcount={shown.length}>
          <div role="rowgroup" className="models-head">
            <div role="row" className="model">
              {titles.map((title) => (
                <span key={title} role="columnheader">
                  {title}
                </span>
              ))}
            </div>
          </div>
          <VirtualRows
            rows={shown}
            keyOf={({ ref }) => ref}
            estimate={49}
            scrolls=".page-body"
            role="rowgroup"
            render={(model) => <ModelRow model={model} />}
          />
        </div>
      )}
    </Page>
  );
}

function usedFirst(models: readonly ListedModel[]): readonly ListedModel[] {
  const rank = ({ agents, estimates }: ListedModel): number => (agents.length > 0 ? 2 : estimates === null ? 0 : 1);
  return models.toSorted((a, b) => rank(b) - rank(a));
}
