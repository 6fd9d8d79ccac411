import { useEffect, useRef, type ReactNode } from 'react';
import './modal.css';

export interface ModalProps {
  readonly className: string;
  /** Names the dialog for those who don't see it. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A native dialog that is open for as long as it is mounted: Escape and a click beside it close it. */
export function Modal({ className, label, onClose, children }: ModalProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) {
      element.showModal();
      // React's `autoFocus` comes too early: what is in a closed dialog can't be focused.
      element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`modal ${className}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      // Keys of the page below are not meant while a dialog is open.
      onKeyDown={(event) => event.stopPropagation()}
    >
      {children}
    </dialog>
  );
}
