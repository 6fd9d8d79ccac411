import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { Modal } from './modal.tsx';
import './drawer.css';

export interface DrawerProps {
  readonly title: string;
  readonly subtitle?: ReactNode;
  /** Stays in sight below what scrolls. */
  readonly footer?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A panel over the right side of the page; the whole of it on a phone. */
export function Drawer({ title, subtitle, footer, onClose, children }: DrawerProps): ReactNode {
  return (
    <Modal className="drawer" label={title} onClose={onClose}>
      <div className="drawer-panel">
        <header className="drawer-header">
          <div>
            <h2>{title}</h2>
            {subtitle === undefined ? null : <div className="drawer-subtitle">{subtitle}</div>}
          </div>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div className="drawer-body" tabIndex={0} role="region" aria-label={title}>
          {children}
        </div>
        {footer === undefined ? null : <footer className="drawer-footer">{footer}</footer>}
      </div>
    </Modal>
  );
}
