import { useState, type ReactNode } from 'react';
import { count } from '../../../../src/domain/figures.ts';
import { compactSession } from '../../api/sessions.ts';
import { TextField } from '../../ui/field.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { compactCopy } from './copies.ts';

/** Folds older runs into the summary, now. */
export function CompactDialog({
  sessionId,
  onClose,
}: {
  readonly sessionId: string;
  readonly onClose: () => void;
}): ReactNode {
  const [text, setText] = useState('');
  const keepRuns = text.trim() === '' ? undefined : Number(text);
  const fits = keepRuns === undefined || (Number.isInteger(keepRuns) && keepRuns >= 0);
  const request = keepRuns === undefined || !fits ? {} : { keepRuns };
  return (
    <ActionDialog
      sessionId={sessionId}
      title="Compact the context"
      verb="Compact"
      copy={compactCopy(sessionId, request)}
      act={fits ? () => compactSession(sessionId, request) : null}
      done={({ tokensSaved, problem }) =>
        problem === undefined ? `Compacted: ${count(tokensSaved)} tokens saved` : `Nothing was compacted: ${problem}`
      }
      onClose={onClose}
    >
      <p className="muted">
        All but the newest runs go into the summary, and results of tools become references. The transcript stays whole.
      </p>
      <TextField
        label="Runs to keep whole"
        inputMode="numeric"
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        hint="Empty: as the agent has it"
      />
    </ActionDialog>
  );
}
