import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly icon?: IconName;
  /** Its work is under way: it can't be pressed again, and keeps its width. */
  readonly busy?: boolean;
}

export function Button({ tone = 'plain', icon, busy = false, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${tone}${rest.className === undefined ? '' : ` ${rest.className}`}`}
      disabled={rest.disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly icon: IconName;
  readonly label: string;
}

/** A button that is its icon; the label is its name and its tip. */
export function IconButton({ icon, label, ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={`icon-button${rest.className === undefined ? '' : ` ${rest.className}`}`}
    >
      <Icon name={icon} />
    </button>
  );
}
