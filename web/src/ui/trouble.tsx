import type { ReactNode } from 'react';
import { messageOf } from '../api/problem.ts';
import { Icon } from './icon.tsx';
import './trouble.css';

/** Something that could not be read or done, where it would stand. */
export function Trouble({ error }: { readonly error: unknown }): ReactNode {
  return (
    <div className="trouble" role="alert">
      <Icon name="alert" />
      <span>{messageOf(error)}</span>
    </div>
  );
}
