import { useState, type ReactNode } from 'react';
import { sendMessage } from '../api/sessions.ts';
import { newMessageId } from '../start/start-session.ts';
import { TextArea } from '../start/text-area.tsx';
import { Button } from '../ui/button.tsx';
import { CopyAs } from '../ui/copy-as.tsx';
import { toastError } from '../ui/toast.tsx';
import { sendCopy } from './actions/copies.ts';
import type { PendingMessage } from './thread/thread-items.ts';
import './composer.css';

export interface ComposerProps {
  readonly sessionId: string;
  /** Why nothing can be sent; `null`: it can. */
  readonly closed: string | null;
  readonly onSent: (message: PendingMessage) => void;
  readonly onRefused: (messageId: string) => void;
}

/** Where one writes to the agent. */
export function Composer({ sessionId, closed, onSent, onRefused }: ComposerProps): ReactNode {
  const [text, setText] = useState('');
  const send = (): void => {
    if (text.trim() === '' || closed !== null) return;
    const message = { messageId: newMessageId(), text };
    onSent(message);
    setText('');
    sendMessage(sessionId, text, message.messageId).catch((error: unknown) => {
      onRefused(message.messageId);
      // What was written is not lost, unless more was written since.
      setText((now) => (now === '' ? text : now));
      toastError(error);
    });
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea
        label="Message"
        quietLabel
        value={text}
        onChange={setText}
        onSend={send}
        disabled={closed !== null}
        placeholder={closed ?? 'Write a message'}
      />
      <CopyAs of={sendCopy(sessionId, text)} />
      <Button type="submit" tone="primary" icon="send" disabled={closed !== null || text.trim() === ''}>
        Send
      </Button>
    </form>
  );
}
