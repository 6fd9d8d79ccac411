import { queryOptions } from '@tanstack/react-query';
import { apiGet } from './request.ts';

/** A model as `loadline models --json` prints it. */
export function modelsQuery<Model>() {
  return queryOptions({
    queryKey: ['models'],
    queryFn: ({ signal }) => apiGet<{ readonly models: readonly Model[] }>('/v1/models', {}, signal),
    select: ({ models }) => models,
    staleTime: 60_000,
  });
}
