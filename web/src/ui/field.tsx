import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from 'react';
import './field.css';

interface Labelled {
  readonly label: string;
  readonly hint?: string;
}

export function TextField({ label, hint, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>): ReactNode {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      <input autoComplete="off" spellCheck={false} data-autofocus={input.autoFocus} {...input} />
      {hint === undefined ? null : <span className="field-hint">{hint}</span>}
    </label>
  );
}

export function SelectField({ label, hint, ...select }: Labelled & SelectHTMLAttributes<HTMLSelectElement>): ReactNode {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      <select {...select} />
      {hint === undefined ? null : <span className="field-hint">{hint}</span>}
    </label>
  );
}

/** Narrows what is shown below it, letter by letter. */
export function SearchInput({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  return (
    <input
      className="search-input"
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
