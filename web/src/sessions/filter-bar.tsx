import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { agentsQuery } from '../api/agents.ts';
import type { SessionFilters } from '../api/sessions.ts';
import { Icon } from '../ui/icon.tsx';
import type { FilterName } from './filters.ts';
import './filter-bar.css';

const statuses = ['open', 'closing', 'closed', 'failed'];
const pauseMs = 200;

export interface FilterBarProps {
  readonly filters: SessionFilters;
  readonly onChange: (name: FilterName, value: string | null) => void;
  readonly search: RefObject<HTMLInputElement | null>;
}

export function FilterBar({ filters, onChange, search }: FilterBarProps): ReactNode {
  const agents = useQuery(agentsQuery).data ?? [];
  return (
    <div className="filter-bar" role="search">
      <Search value={filters.q ?? ''} onChange={onChange} field={search} />
      <Choice name="status" value={filters.status} choices={statuses} onChange={onChange} />
      <Choice name="agent" value={filters.agent} choices={agents.map(({ name }) => name)} onChange={onChange} />
      {filters.user === undefined ? null : (
        <button type="button" className="chip chip-set" onClick={() => onChange('user', null)}>
          user: {filters.user}
          <Icon name="close" size={12} />
          <span className="visually-hidden">Take this filter away</span>
        </button>
      )}
    </div>
  );
}

interface SearchProps {
  readonly value: string;
  readonly onChange: FilterBarProps['onChange'];
  readonly field: RefObject<HTMLInputElement | null>;
}

function Search({ value, onChange, field }: SearchProps): ReactNode {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string): void => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange('q', typed.trim()), pauseMs);
  };
  return (
    <label className="search">
      <Icon name="search" />
      <span className="visually-hidden">Search sessions</span>
      <input
        ref={field}
        type="search"
        placeholder="Id or user"
        value={text}
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

interface ChoiceProps {
  readonly name: FilterName;
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly onChange: FilterBarProps['onChange'];
}

function Choice({ name, value, choices, onChange }: ChoiceProps): ReactNode {
  const shown = value === undefined || choices.includes(value) ? choices : [value, ...choices];
  return (
    <label className={value === undefined ? 'chip' : 'chip chip-set'}>
      <span>{name}</span>
      <select value={value ?? ''} onChange={(event) => onChange(name, event.target.value)}>
        <option value="">any</option>
        {shown.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    </label>
  );
}
