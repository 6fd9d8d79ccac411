import type { ReactNode } from 'react';
import type { ToolCallPart, ToolResultPart } from '../../../../src/domain/messages.ts';
import { Badge, type BadgeTone } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import type { ToolActivity } from '../live/live-state.ts';
import { useScene } from './session-context.ts';
import './tool-call.css';

export interface ToolCallProps {
  readonly call: ToolCallPart;
  readonly result: ToolResultPart | undefined;
  /** What members of a team did on it; `null`: it was not given to any. */
  readonly members: ReactNode | null;
}

/** A tool that an answer asked for: what with, what came of it, and the work of members that it gave out. */
export function ToolCall({ call, result, members }: ToolCallProps): ReactNode {
  const { callId, tool, input } = call;
  const [word, tone] = useStanding(callId, result);
  return (
    <div className="tool-call">
      <details>
        <summary>
          <Icon name={members === null ? 'tool' : 'team'} size={14} />
          <strong>{tool}</strong>
          <code className="tool-brief">{brief(input)}</code>
          <Badge tone={tone}>{word}</Badge>
        </summary>
        <div className="tool-body">
          <Value name="Input" value={input} />
          {result === undefined ? null : <Value name={result.isError ? 'Error' : 'Output'} value={result.output} />}
          {result?.storedAs === undefined ? null : (
            <p className="muted">An excerpt; the whole is kept as {result.storedAs}.</p>
          )}
        </div>
      </details>
      {members}
    </div>
  );
}

/** What its events say, until its result is read. */
const standings = {
  asked: ['asked for', 'plain'],
  running: ['running', 'accent'],
  done: ['done', 'fine'],
  failed: ['failed', 'critical'],
} as const satisfies Readonly<Record<ToolActivity | 'asked', readonly [string, BadgeTone]>>;

function useStanding(callId: string, result: ToolResultPart | undefined): readonly [word: string, tone: BadgeTone] {
  const { tools, waitingFor } = useScene();
  if (result !== undefined) return standings[result.isError ? 'failed' : 'done'];
  const told = tools.get(callId);
  // Its events are quicker than the session's state.
  if (told === undefined && waitingFor.some((one) => one.callId === callId)) return ['needs approval', 'warn'];
  return standings[told ?? 'asked'];
}

function Value({ name, value }: { readonly name: string; readonly value: unknown }): ReactNode {
  return (
    <figure className="tool-value">
      <figcaption>{name}</figcaption>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard */}
      <pre tabIndex={0}>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
    </figure>
  );
}

/** Arguments in a line: `city: "Oslo", days: 3`. */
function brief(input: unknown): string {
  if (typeof input !== 'object' || input === null) return input === undefined ? '' : (JSON.stringify(input) ?? '');
  const words = Object.entries(input).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return words.join(', ').slice(0, 200);
}
