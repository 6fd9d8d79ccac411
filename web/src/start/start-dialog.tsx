import { useState, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { CopyAs } from '../ui/copy-as.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { AgentChoice, useAgentChoice } from './agent-choice.tsx';
import { startCopy } from './start-copy.ts';
import { TextArea } from './text-area.tsx';
import { useStart } from './use-start.ts';

/** Starts a session: the agent, who it is for, and perhaps what to say first. */
export function StartDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [chosen, choose] = useState<string | null>(null);
  const [user, setUser] = useState('');
  const [sessionId, setSessionId] = useState('');
  const [text, setText] = useState('');
  const agent = useAgentChoice(chosen);
  const start = useStart();
  const request = {
    agent: agent ?? '',
    ...(user.trim() === '' ? {} : { user: user.trim() }),
    ...(sessionId.trim() === '' ? {} : { sessionId: sessionId.trim() }),
  };
  const submit = (): void => {
    if (agent !== null) start.mutate({ request, text }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title="New session"
      onClose={onClose}
      onSubmit={submit}
      actions={
        <>
          <CopyAs of={startCopy(request)} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={start.isPending} disabled={agent === null}>
            Start
          </Button>
        </>
      }
    >
      <AgentChoice value={agent} onChange={choose} />
      <TextArea label="First message" value={text} onChange={setText} onSend={submit} autoFocus />
      <TextField
        label="User"
        value={user}
        onChange={(event) => setUser(event.target.value)}
        hint="Whose budgets it counts on"
      />
      <TextField
        label="Session id"
        value={sessionId}
        onChange={(event) => setSessionId(event.target.value)}
        hint="Made up when empty"
      />
    </Dialog>
  );
}
