import type { ReactNode } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Modal } from '../ui/modal.tsx';
import './keys-help.css';

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'K'], 'Commands (⌘ K on a Mac)'],
  [['/'], 'Search the sessions'],
  [['n'], 'New session'],
  [['j', 'k'], 'Down and up in the list'],
  [['Enter'], 'Open a session; send a message'],
  [['Shift', 'Enter'], 'A new line in a message'],
  [['Esc'], 'Close what is open'],
  [['?'], 'These keys'],
];

export function KeysHelp({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Modal className="dialog keys-help" label="Keys" onClose={onClose}>
      <header className="dialog-header">
        <h2>Keys</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <dl>
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
