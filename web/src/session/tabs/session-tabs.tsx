import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { CallTimeline } from '../../charts/call-timeline.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { OverviewTab, type OverviewTabProps } from '../overview/overview-tab.tsx';
import { ContextTab } from './context-tab.tsx';
import { EventsTab } from './events-tab.tsx';
import { LedgerTab } from './ledger-tab.tsx';

const beside = [
  { value: 'overview', label: 'Overview' },
  { value: 'calls', label: 'Calls' },
  { value: 'context', label: 'Context' },
  { value: 'ledger', label: 'Ledger' },
  { value: 'events', label: 'Events' },
] as const;

const chat = { value: 'chat', label: 'Chat' } as const;

type TabName = (typeof beside)[number]['value'] | 'chat';

export interface SessionTabsProps extends OverviewTabProps {
  /** The conversation, where it has no place of its own beside the tabs. */
  readonly chat: ReactNode | null;
}

/** What stands beside the conversation; on a phone the conversation is one of the tabs. */
export function SessionTabs(props: SessionTabsProps): ReactNode {
  const [params, setParams] = useSearchParams();
  const tabs = props.chat === null ? beside : [chat, ...beside];
  const asked = params.get('tab');
  const value: TabName = tabs.find((tab) => tab.value === asked)?.value ?? tabs[0]?.value ?? 'overview';
  return (
    <Tabs
      label="About this session"
      value={value}
      tabs={tabs}
      onChange={(tab) =>
        setParams((before) => new URLSearchParams([...withoutTab(before), ['tab', tab]]), { replace: true })
      }
      panelClass={value === 'chat' ? 'session-chat' : 'session-panel'}
    >
      {value === 'chat' ? props.chat : <Panel {...props} name={value} />}
    </Tabs>
  );
}

function withoutTab(params: URLSearchParams): readonly [string, string][] {
  return [...params].filter(([name]) => name !== 'tab');
}

function Panel({ name, ...props }: SessionTabsProps & { readonly name: TabName }): ReactNode {
  const { session, live } = props;
  const { sessionId, agent } = session;
  switch (name) {
    case 'calls':
      return <CallTimeline sessionId={sessionId} />;
    case 'context':
      return <ContextTab sessionId={sessionId} agent={agent} events={live.events} />;
    case 'ledger':
      return <LedgerTab sessionId={sessionId} />;
    case 'events':
      return <EventsTab events={live.events} />;
    default:
      return <OverviewTab {...props} />;
  }
}
