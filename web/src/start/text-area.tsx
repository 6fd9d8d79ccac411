import type { KeyboardEvent, ReactNode } from 'react';
import './text-area.css';

export interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Enter; Shift and Enter begins a new line. */
  readonly onSend: () => void;
  readonly placeholder?: string;
  readonly disabled?: boolean;
  readonly autoFocus?: boolean;
  /** The label is for those who don't see the field. */
  readonly quietLabel?: boolean;
}

/** A text that grows with its lines and is sent with Enter. */
export function TextArea({ label, value, onChange, onSend, quietLabel = false, ...rest }: TextAreaProps): ReactNode {
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return (
    <label className="text-area">
      <span className={quietLabel ? 'visually-hidden' : 'field-label'}>{label}</span>
      <textarea
        data-autofocus={rest.autoFocus}
        rows={1}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={press}
        {...rest}
      />
    </label>
  );
}
