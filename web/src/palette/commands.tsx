import { useState, type ReactNode } from 'react';
import { useKeys } from '../shell/keys.ts';
import { StartDialog } from '../start/start-dialog.tsx';
import { KeysHelp } from './keys-help.tsx';
import { Palette } from './palette.tsx';

type Open = 'palette' | 'keys' | 'start';

/** What the keys of every page open. */
export function Commands(): ReactNode {
  const [open, setOpen] = useState<Open | null>(null);
  useKeys({
    'mod+k': () => setOpen(open === 'palette' ? null : 'palette'),
    '?': () => setOpen('keys'),
    n: () => setOpen('start'),
  });
  const onClose = (): void => setOpen(null);
  switch (open) {
    case 'palette':
      return <Palette onClose={onClose} onStart={() => setOpen('start')} onKeys={() => setOpen('keys')} />;
    case 'keys':
      return <KeysHelp onClose={onClose} />;
    case 'start':
      return <StartDialog onClose={onClose} />;
    default:
      return null;
  }
}
