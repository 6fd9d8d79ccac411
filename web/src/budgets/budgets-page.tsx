import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import type { BudgetStatus } from '../../../src/client/budget-api.ts';
import { budgetScopes } from '../../../src/domain/budget.ts';
import { aboutQuery } from '../api/about.ts';
import { budgetsQuery } from '../api/budgets.ts';
import { messageOf } from '../api/problem.ts';
import { useNow } from '../charts/use-now.ts';
import { VirtualRows } from '../inspect/virtual-rows.tsx';
import { Button } from '../ui/button.tsx';
import { SearchInput } from '../ui/field.tsx';
import { Page } from '../ui/page.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { BudgetRow } from './budget-row.tsx';
import { idOf } from './budget-words.ts';
import { LimitDialog } from './limit-dialog.tsx';
import { RaiseDialog } from './raise-dialog.tsx';
import './budgets.css';

type Asked = { readonly what: 'raise' | 'set'; readonly budget: BudgetStatus } | { readonly what: 'new' };

/** Every budget of now, the fullest first. */
export function BudgetsPage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const [asked, setAsked] = useState<Asked | null>(null);
  const budgets = useQuery({ ...budgetsQuery, refetchInterval: 3_000 });
  const mayChange = (useQuery(aboutQuery).data?.principal?.role ?? 'admin') === 'admin';
  const now = useNow(30_000);
  const scope = params.get('scope') ?? 'every';
  const words = params.get('q') ?? '';
  const change = (name: string, value: string): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '' || value === 'every') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: name === 'q' },
    );
  const shown = (budgets.data ?? []).filter(
    (one) => (scope === 'every' || one.scope === scope) && (one.key ?? '').toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <Page
      title="Budgets"
      actions={
        mayChange ? (
          <Button tone="primary" icon="plus" onClick={() => setAsked({ what: 'new' })}>
            Set a budget
          </Button>
        ) : undefined
      }
    >
      <div className="budget-filters">
        <Segmented
          label="Scope"
          value={scope}
          onChange={(value) => change('scope', value)}
          options={[
            { value: 'every', label: 'All' },
            ...budgetScopes.map((one) => ({ value: one as string, label: one === 'all' ? 'everything' : one })),
          ]}
        />
        <SearchInput label="Whose" value={words} onChange={(value) => change('q', value)} />
      </div>
      {budgets.isError ? (
        <p className="empty">{messageOf(budgets.error)}</p>
      ) : shown.length === 0 ? (
        <p className="empty">
          {budgets.data === undefined
            ? ''
            : budgets.data.length === 0
              ? 'Nothing is spent yet of any budget. Limits of the config show here with the first call that counts on them.'
              : 'No budget like that.'}
        </p>
      ) : (
        <div className="card budgets">
          <VirtualRows
            rows={shown}
            keyOf={idOf}
            estimate={78}
            scrolls=".page-body"
            role="list"
            render={(budget) => (
              <BudgetRow
                budget={budget}
                now={now}
                onRaise={mayChange ? () => setAsked({ what: 'raise', budget }) : null}
                onSet={mayChange ? () => setAsked({ what: 'set', budget }) : null}
              />
            )}
          />
        </div>
      )}
      {asked?.what === 'raise' ? <RaiseDialog budget={asked.budget} onClose={() => setAsked(null)} /> : null}
      {asked?.what === 'set' ? <LimitDialog budget={asked.budget} onClose={() => setAsked(null)} /> : null}
      {asked?.what === 'new' ? <LimitDialog budget={null} onClose={() => setAsked(null)} /> : null}
    </Page>
  );
}
