import type { ReactNode } from 'react';
import type { RunMetrics } from '../../../../src/domain/metrics.ts';
import { Icon } from '../../ui/icon.tsx';
import { Num } from '../../ui/num.tsx';
import { useScene } from '../thread/session-context.ts';
import './member-tree.css';

export interface MemberTreeProps {
  /** The team's name, whose leader it is. */
  readonly team: string;
  readonly members: Readonly<Record<string, RunMetrics>>;
  readonly settled: boolean;
}

/** A team's members and what each of them used, all runs together. */
export function MemberTree({ team, members, settled }: MemberTreeProps): ReactNode {
  return (
    <section className="card" aria-labelledby="team-title">
      <header className="card-header">
        <h2 id="team-title">
          <Icon name="team" size={14} /> {team}
        </h2>
      </header>
      <div className="card-body">
        <Members path={team} members={members} settled={settled} />
      </div>
    </section>
  );
}

function Members({
  path,
  members,
  settled,
}: {
  readonly path: string;
  readonly members: Readonly<Record<string, RunMetrics>>;
  readonly settled: boolean;
}): ReactNode {
  const { openLedger } = useScene();
  const most = Math.max(1, ...Object.values(members).map(({ totalTokens }) => totalTokens ?? 0));
  return (
    <ul className="member-tree">
      {Object.entries(members).map(([name, { totalTokens, cost, calls, members: below }]) => {
        const member = `${path}/${name}`;
        const onOpen = (): void => openLedger({ member }, { label: name, tokens: totalTokens, cost });
        return (
          <li key={name}>
            <div className="member-line figures">
              <span className="member-name">{name}</span>
              <span className="member-bar" aria-hidden="true">
                <span style={{ width: `${((totalTokens ?? 0) / most) * 100}%` }} />
              </span>
              <span>
                <Num value={totalTokens} label={`tokens of ${name}`} settled={settled} onOpen={onOpen} />
              </span>
              <span>
                <Num value={cost} kind="usd" />
              </span>
              <span className="muted">
                <Num value={calls} /> {calls === 1 ? 'call' : 'calls'}
              </span>
            </div>
            {below === undefined ? null : <Members path={member} members={below} settled={settled} />}
          </li>
        );
      })}
    </ul>
  );
}
