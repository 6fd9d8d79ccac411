import { useEffect, useRef } from 'react';

/** By `KeyboardEvent.key`; `mod+k` is Cmd or Ctrl with it. */
export type KeyActions = Readonly<Record<string, () => void>>;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

function nameOf(event: KeyboardEvent): string {
  return event.metaKey || event.ctrlKey ? `mod+${event.key.toLowerCase()}` : event.key;
}

/** Keys of the page, for as long as it is shown. Not while somebody types or a dialog is open, but for `mod+` ones. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const name = nameOf(event);
      const action = latest.current[name];
      if (action === undefined || event.altKey || event.defaultPrevented) return;
      const busy = isTyping(event.target) || document.querySelector('dialog[open]') !== null;
      if (busy && !name.startsWith('mod+')) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
