import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import type { UsageReportQuery } from '../../../src/client/usage-api.ts';
import type { UsageLine } from '../../../src/domain/usage-report.ts';
import { count } from '../../../src/domain/figures.ts';
import { messageOf } from '../api/problem.ts';
import { usageCsv, usageQuery, type UsageReport } from '../api/usage.ts';
import { useWidth } from '../charts/use-width.ts';
import { wholeLedger } from '../inspect/ledger-source.ts';
import { RowsDrawer } from '../inspect/rows-drawer.tsx';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { toastError } from '../ui/toast.tsx';
import { saveFile } from './save-file.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageControls } from './usage-controls.tsx';
import { groupName } from './usage-names.ts';
import { readState, reportQuery, rowsBehind, writeState, type UsageState } from './usage-state.ts';
import { UsageTable } from './usage-table.tsx';
import { UsageTotals } from './usage-totals.tsx';
import './usage.css';

/** What was spent, by day, model, type, agent, user, tenant and session. */
export function UsagePage(): ReactNode {
  const [params, setParams] = useSearchParams();
  const words = params.toString();
  const state = useMemo(() => readState(new URLSearchParams(words)), [words]);
  // The day may change under an open page; the next visit sees it.
  const query = useMemo(() => reportQuery(state, Date.now()), [state]);
  const report = useQuery(usageQuery(query));
  const [opened, setOpened] = useState<UsageLine | null>(null);
  const change = (part: Partial<UsageState>): void => setParams(writeState({ ...state, ...part }));
  const download = (): void => {
    usageCsv(query).then((file) => saveFile(file, `usage-${query.from ?? ''}-${query.to ?? ''}.csv`), toastError);
  };
  return (
    <Page
      title="Usage"
      actions={
        <Button icon="download" onClick={download}>
          CSV
        </Button>
      }
    >
      <UsageControls state={state} onChange={change} />
      {report.isError ? <p className="empty">{messageOf(report.error)}</p> : null}
      {report.data === undefined ? null : (
        <Report report={report.data} days={query} onOpen={setOpened} onSimulated={() => change({ simulated: true })} />
      )}
      {opened === null ? null : (
        <RowsDrawer
          source={wholeLedger(rowsBehind(opened, query))}
          shown={{ label: groupName(opened.group), tokens: opened.totalTokens, cost: opened.cost }}
          sessions
          onClose={() => setOpened(null)}
        />
      )}
    </Page>
  );
}

function Report({
  report,
  days,
  onOpen,
  onSimulated,
}: {
  readonly report: UsageReport;
  readonly days: Pick<UsageReportQuery, 'from' | 'to'>;
  readonly onOpen: (line: UsageLine) => void;
  readonly onSimulated: () => void;
}): ReactNode {
  const [place, width] = useWidth<HTMLDivElement>();
  const { lines, by, total, simulatedTokensLeftOut: leftOut } = report;
  const wide = width > 820;
  const chartWidth = wide ? (width - 20) / 2 : width;
  return (
    <div ref={place} className="usage">
      {leftOut === 0 ? null : (
        <p className="usage-left-out">
          <span>
            {lines.length === 0 ? 'All that was spent is simulated' : 'What the simulator answered is left out'}:{' '}
            {count(leftOut)} tokens.
          </span>
          <Button tone="quiet" onClick={onSimulated}>
            Include it
          </Button>
        </p>
      )}
      {lines.length === 0 ? (
        leftOut === 0 ? (
          <p className="empty">Nothing was spent in these days.</p>
        ) : null
      ) : (
        <>
          <UsageTotals total={total} />
          <div className={wide ? 'usage-charts usage-charts-wide' : 'usage-charts'}>
            <UsageChart lines={lines} by={by} measure="totalTokens" days={days} width={chartWidth} />
            <UsageChart lines={lines} by={by} measure="cost" days={days} width={chartWidth} />
          </div>
          <UsageTable lines={lines} by={by} total={total} onOpen={onOpen} />
        </>
      )}
    </div>
  );
}
