import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { defaultThresholds } from '../../../src/domain/agent.ts';
import { agentsQuery } from '../api/agents.ts';
import { useKeys } from '../shell/keys.ts';
import { phone, useMedia } from '../shell/media.ts';
import { SessionRow } from './session-row.tsx';
import type { Sessions } from './use-sessions.ts';
import './session-table.css';

const rowHeights = { wide: 42, phone: 78 } as const;
const columns = ['Session', 'Agent', 'User', 'Context', 'Tokens', 'Cost', 'Runs', 'Updated'] as const;

/** The list: as many rows in the page as are in sight, however many there are. */
export function SessionTable({ sessions }: { readonly sessions: Sessions }): ReactNode {
  const { items, show, next, loaded } = sessions;
  const agents = useQuery(agentsQuery).data ?? [];
  const marks = new Map(agents.map(({ name, thresholds }) => [name, thresholds.context]));
  const onPhone = useMedia(phone);
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => (onPhone ? rowHeights.phone : rowHeights.wide),
    getItemKey: (index) => items[index]?.sessionId ?? index,
    overscan: 12,
  });
  const rows = virtual.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => show(first, last), [show, first, last, items.length]);
  useEffect(() => virtual.measure(), [virtual, onPhone]);

  const [chosen, setChosen] = useState(-1);
  const choose = (index: number): void => {
    if (items.length === 0) return;
    const within = Math.max(0, Math.min(items.length - 1, index));
    setChosen(within);
    virtual.scrollToIndex(within);
  };
  useEffect(() => {
    if (chosen < 0) return;
    viewport.current?.querySelector<HTMLElement>(`[data-index="${chosen}"] a`)?.focus({ preventScroll: true });
  }, [chosen]);
  useKeys({
    j: () => choose(chosen + 1),
    k: () => choose(chosen - 1),
    ArrowDown: () => choose(chosen + 1),
    ArrowUp: () => choose(chosen - 1),
  });

  return (
    <div
      className="session-table card"
      role="table"
      aria-label="Sessions"
      aria-rowcount={next === null ? items.length + 1 : -1}
    >
      <div className="session-head" role="rowgroup">
        <div className="session-row" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <span key={column} role="columnheader" className={`cell-${column.toLowerCase()}`}>
              {column}
            </span>
          ))}
        </div>
      </div>
      <div className="session-viewport" ref={viewport} role="presentation">
        <div className="session-rows" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {rows.map(({ index, key, start, size }) => {
            const session = items[index];
            if (session === undefined) return null;
            return (
              <SessionRow
                key={key}
                session={session}
                index={index}
                place={{ transform: `translateY(${start}px)`, height: size }}
                marks={marks.get(session.agent) ?? defaultThresholds.context}
                onFocus={() => setChosen(index)}
              />
            );
          })}
        </div>
        {loaded ? null : <p className="empty">Reading the sessions…</p>}
      </div>
    </div>
  );
}
