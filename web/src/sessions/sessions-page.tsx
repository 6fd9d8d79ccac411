import { useRef, useState, type ReactNode } from 'react';
import { useKeys } from '../shell/keys.ts';
import { StartDialog } from '../start/start-dialog.tsx';
import { Welcome } from '../start/welcome.tsx';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { Trouble } from '../ui/trouble.tsx';
import { FilterBar } from './filter-bar.tsx';
import { useFilters } from './filters.ts';
import { SessionTable } from './session-table.tsx';
import { useSessions } from './use-sessions.ts';
import './sessions-page.css';

export function SessionsPage(): ReactNode {
  const [filters, changeFilter] = useFilters();
  const sessions = useSessions(filters);
  const [starting, setStarting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => search.current?.focus() });
  const isFiltered = Object.keys(filters).length > 0;
  const isEmpty = sessions.loaded && sessions.items.length === 0;
  return (
    <Page
      title="Sessions"
      actions={
        <Button tone="primary" icon="plus" onClick={() => setStarting(true)}>
          New session
        </Button>
      }
    >
      {isEmpty && !isFiltered ? (
        <Welcome />
      ) : (
        <div className="sessions">
          <FilterBar filters={filters} onChange={changeFilter} search={search} />
          {sessions.error === null ? null : <Trouble error={sessions.error} />}
          {isEmpty ? (
            <p className="empty">No session fits. Take a filter away, or look for another id.</p>
          ) : (
            <SessionTable sessions={sessions} />
          )}
        </div>
      )}
      {starting ? <StartDialog onClose={() => setStarting(false)} /> : null}
    </Page>
  );
}
