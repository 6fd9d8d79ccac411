import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { WaitingFor } from '../../../../src/domain/run.ts';
import { decideApproval } from '../../api/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Icon } from '../../ui/icon.tsx';
import { toastError } from '../../ui/toast.tsx';
import { approveCopy } from '../actions/copies.ts';
import { Countdown } from './countdown.tsx';
import './cards.css';

export interface ApprovalCardProps {
  readonly sessionId: string;
  readonly question: WaitingFor & { readonly callId: string };
}

/** A tool call that somebody has to allow or to refuse. */
export function ApprovalCard({ sessionId, question }: ApprovalCardProps): ReactNode {
  const { callId, tool, input, until, reason: why, agent } = question;
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: (approved: boolean) =>
      decideApproval(sessionId, { callId, approved, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }),
    onError: toastError,
  });
  const given = reason.trim() === '' ? {} : { reason: reason.trim() };
  return (
    <section className="ask-card" aria-label={`Approval of ${tool ?? 'a tool'}`}>
      <header>
        <Icon name="alert" />
        <h3>
          {agent === undefined ? 'The agent' : agent} wants to call <code>{tool}</code>
        </h3>
        {until === undefined ? null : <Countdown until={until} />}
      </header>
      {why === undefined ? null : <p>{why}</p>}
      <pre tabIndex={0}>{typeof input === 'string' ? input : JSON.stringify(input, null, 2)}</pre>
      <label className="ask-reason">
        <span className="visually-hidden">Reason</span>
        <input
          value={reason}
          placeholder="Reason (of a denial the model reads it)"
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <div className="ask-actions">
        <Button tone="primary" icon="check" busy={decide.isPending} onClick={() => decide.mutate(true)}>
          Approve
        </Button>
        <Button tone="danger" icon="close" busy={decide.isPending} onClick={() => decide.mutate(false)}>
          Deny
        </Button>
        <CopyAs of={approveCopy(sessionId, { callId, approved: true, ...given })} />
      </div>
    </section>
  );
}
