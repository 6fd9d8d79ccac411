import type { FormEvent, ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Modal } from './modal.tsx';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** Enter in a field, or the button of type submit. */
  readonly onSubmit: () => void;
  readonly actions: ReactNode;
  readonly children: ReactNode;
}

/** A form in the middle of the page. */
export function Dialog({ title, onClose, onSubmit, actions, children }: DialogProps): ReactNode {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal className="dialog" label={title} onClose={onClose}>
      <form onSubmit={submit}>
        <header className="dialog-header">
          <h2>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        <footer className="dialog-actions">{actions}</footer>
      </form>
    </Modal>
  );
}
