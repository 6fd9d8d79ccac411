import { lazy, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { SessionsPage } from '../sessions/sessions-page.tsx';
import { NotFound } from './not-found.tsx';

const SessionPage = lazy(async () => ({ default: (await import('../session/session-page.tsx')).SessionPage }));
const BudgetsPage = lazy(async () => ({ default: (await import('../budgets/budgets-page.tsx')).BudgetsPage }));
const UsagePage = lazy(async () => ({ default: (await import('../usage/usage-page.tsx')).UsagePage }));
const ModelsPage = lazy(async () => ({ default: (await import('../models/models-page.tsx')).ModelsPage }));

export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/" component={SessionsPage} />
      <Route path="/sessions/:id">{({ id }) => <SessionPage key={id} sessionId={decodeURIComponent(id)} />}</Route>
      <Route path="/budgets" component={BudgetsPage} />
      <Route path="/usage" component={UsagePage} />
      <Route path="/models" component={ModelsPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
