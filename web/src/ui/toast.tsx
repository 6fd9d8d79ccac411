import { useSyncExternalStore, type ReactNode } from 'react';
import { messageOf } from '../api/problem.ts';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import './toast.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'failed';
}

const shownMs = { done: 4_000, failed: 10_000 } as const;
const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let lastId = 0;

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

/** Tells something that was done, for a few seconds. */
export function toast(text: string, tone: Toast['tone'] = 'done'): void {
  lastId += 1;
  const id = lastId;
  change([...toasts.slice(-3), { id, text, tone }]);
  setTimeout(() => dismiss(id), shownMs[tone]);
}

/** Tells what went wrong. */
export function toastError(error: unknown): void {
  toast(messageOf(error), 'failed');
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <Icon name={tone === 'done' ? 'check' : 'alert'} />
          <span>{text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
