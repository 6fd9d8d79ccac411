import { useState, type ReactNode } from 'react';
import { closeSession } from '../../api/sessions.ts';
import { TextField } from '../../ui/field.tsx';
import { ActionDialog } from './action-dialog.tsx';
import { closeCopy } from './copies.ts';

export function CloseDialog({
  sessionId,
  onClose,
}: {
  readonly sessionId: string;
  readonly onClose: () => void;
}): ReactNode {
  const [text, setText] = useState('');
  const reason = text.trim();
  return (
    <ActionDialog
      sessionId={sessionId}
      title="Close the session"
      verb="Close"
      tone="danger"
      copy={closeCopy(sessionId, reason)}
      act={() => closeSession(sessionId, reason === '' ? {} : { reason })}
      done={() => 'The session is closed'}
      onClose={onClose}
    >
      <p className="muted">
        The call in progress finishes, new messages are refused. Transcript and figures stay; a new session can carry on
        from this one.
      </p>
      <TextField label="Reason" value={text} autoFocus onChange={(event) => setText(event.target.value)} />
    </ActionDialog>
  );
}
