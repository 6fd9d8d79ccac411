import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { agentsQuery } from '../api/agents.ts';
import { SelectField } from '../ui/field.tsx';

export interface AgentChoiceProps {
  readonly value: string | null;
  readonly onChange: (agent: string) => void;
}

/** The agent that is chosen, or the first one there is. */
export function useAgentChoice(chosen: string | null): string | null {
  const agents = useQuery(agentsQuery).data ?? [];
  return chosen ?? agents[0]?.name ?? null;
}

export function AgentChoice({ value, onChange }: AgentChoiceProps): ReactNode {
  const agents = useQuery(agentsQuery).data ?? [];
  const agent = agents.find(({ name }) => name === value);
  return (
    <SelectField
      label="Agent"
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value)}
      hint={agent === undefined ? ' ' : [agent.description, agent.model].filter(Boolean).join(' · ')}
    >
      {agents.map(({ name, kind }) => (
        <option key={name} value={name}>
          {kind === 'team' ? `${name} (team)` : name}
        </option>
      ))}
    </SelectField>
  );
}
