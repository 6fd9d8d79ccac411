import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { CopyAs, type Doable } from '../../ui/copy-as.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast.tsx';
import { Trouble } from '../../ui/trouble.tsx';

export interface ActionDialogProps<Answer> {
  readonly sessionId: string;
  readonly title: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly tone?: 'primary' | 'danger';
  readonly copy: Doable;
  /** `null`: what is entered can't be done. */
  readonly act: (() => Promise<Answer>) | null;
  /** What to say when it is done. */
  readonly done: (answer: Answer) => string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Something done to a session after a word of confirmation. */
export function ActionDialog<Answer>(props: ActionDialogProps<Answer>): ReactNode {
  const { sessionId, title, verb, tone = 'primary', copy, act, done, onClose, children } = props;
  const queries = useQueryClient();
  const action = useMutation({
    mutationFn: (work: () => Promise<Answer>) => work(),
    onSuccess: async (answer) => {
      toast(done(answer));
      onClose();
      await queries.invalidateQueries({ queryKey: ['session', sessionId] });
    },
  });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (act !== null) action.mutate(act);
      }}
      actions={
        <>
          <CopyAs of={copy} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone={tone} busy={action.isPending} disabled={act === null}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {action.isError ? <Trouble error={action.error} /> : null}
    </Dialog>
  );
}
