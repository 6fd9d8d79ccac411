import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { SessionDetails } from '../../../../src/client/api.ts';
import { cancelRun } from '../../api/sessions.ts';
import { phone, useMedia } from '../../shell/media.ts';
import { Button } from '../../ui/button.tsx';
import { CopyAs } from '../../ui/copy-as.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { toast, toastError } from '../../ui/toast.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { CompactDialog } from './compact-dialog.tsx';
import { cancelCopy } from './copies.ts';
import { LimitsDialog } from './limits-dialog.tsx';

type Asked = 'compact' | 'limits' | 'close';

/** What can be done to a session beside talking to it. */
export function SessionActions({ session }: { readonly session: SessionDetails }): ReactNode {
  const { sessionId, status, currentRun, queue } = session;
  const [asked, ask] = useState<Asked | null>(null);
  const cancel = useMutation({
    mutationFn: () => cancelRun(sessionId),
    onSuccess: () => toast('The run is being cancelled'),
    onError: toastError,
  });
  const onPhone = useMedia(phone);
  const over = status === 'closed' || status === 'failed';
  const busy = currentRun !== null || queue.length > 0;
  const onClose = (): void => ask(null);
  const others: readonly (MenuItem & { readonly name: Asked })[] = [
    { name: 'compact', label: 'Compact', icon: 'compact', onChoose: () => ask('compact') },
    { name: 'limits', label: 'Limits', icon: 'limits', onChoose: () => ask('limits') },
    { name: 'close', label: 'Close', icon: 'stop', onChoose: () => ask('close') },
  ];
  return (
    <>
      {busy && !over ? (
        <span className="action-pair">
          <Button tone="danger" icon="stop" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel run
          </Button>
          {onPhone ? null : <CopyAs of={cancelCopy(sessionId)} />}
        </span>
      ) : null}
      {over ? null : onPhone ? (
        <Menu label="Actions" icon="more" items={others} />
      ) : (
        others.map(({ name, label, icon, onChoose }) => (
          <Button key={name} tone="quiet" {...(icon === undefined ? {} : { icon })} onClick={onChoose}>
            {label}
          </Button>
        ))
      )}
      {asked === 'compact' ? <CompactDialog sessionId={sessionId} onClose={onClose} /> : null}
      {asked === 'limits' ? <LimitsDialog sessionId={sessionId} limits={session} onClose={onClose} /> : null}
      {asked === 'close' ? <CloseDialog sessionId={sessionId} onClose={onClose} /> : null}
    </>
  );
}
