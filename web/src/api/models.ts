import { queryOptions } from '@tanstack/react-query';
import type { ListedModel } from '../../../src/client/model-list.ts';
import { apiGet } from './request.ts';

/** @param all also those of providers that can't be called here. */
export function modelsQuery(all: boolean) {
  return queryOptions({
    queryKey: ['models', all],
    queryFn: ({ signal }) =>
      apiGet<{ readonly models: readonly ListedModel[] }>('/v1/models', { all: all || null }, signal),
    select: ({ models }) => models,
    staleTime: 60_000,
  });
}
