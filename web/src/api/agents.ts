import { queryOptions } from '@tanstack/react-query';
import type { Limits, Thresholds } from '../../../src/domain/agent.ts';
import type { TeamMode } from '../../../src/domain/team.ts';
import { apiGet } from './request.ts';

export interface AgentView {
  readonly name: string;
  readonly kind: 'agent' | 'team';
  readonly description: string;
  readonly model: string;
  readonly mode?: TeamMode;
  readonly members?: readonly string[];
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly contextWindow: number | null;
  readonly limits: Limits;
  readonly thresholds: Thresholds;
  readonly simulated: boolean;
}

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => apiGet<{ readonly agents: readonly AgentView[] }>('/v1/agents', {}, signal),
  select: ({ agents }) => agents,
  staleTime: 60_000,
});
