import { memo, type ReactNode } from 'react';
import type { StoredEvent } from '../../../../src/domain/events.ts';
import { Icon } from '../../ui/icon.tsx';
import { quietWords } from './quiet-words.ts';
import './quiet-line.css';

/** An event between what is said. */
export const QuietLine = memo(function QuietLine({ event }: { readonly event: StoredEvent }): ReactNode {
  const words = quietWords(event);
  if (words === null) return null;
  const { tone, icon, text, more } = words;
  const line = (
    <>
      <Icon name={icon} size={14} />
      <span>{text}</span>
    </>
  );
  if (more === undefined || more === text) return <p className={`quiet quiet-${tone}`}>{line}</p>;
  return (
    <details className={`quiet quiet-${tone}`}>
      <summary>{line}</summary>
      <p>{more}</p>
    </details>
  );
});
