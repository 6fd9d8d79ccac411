import { queryOptions } from '@tanstack/react-query';
import { apiGet } from './request.ts';

/** What the server says of itself and of who asks. */
export interface About {
  readonly version: string;
  readonly temporal: { readonly namespace: string; readonly uiUrl: string | null };
  readonly defaultModel: { readonly model: string; readonly simulated: boolean; readonly why: string } | null;
  readonly agents: readonly string[];
  readonly tokensRequired: boolean;
  readonly principal: {
    readonly name: string;
    readonly role: 'admin' | 'user' | 'viewer';
    readonly tenant: string;
  } | null;
  readonly stories: boolean;
}

export const aboutQuery = queryOptions({
  queryKey: ['about'],
  queryFn: ({ signal }) => apiGet<About>('/v1/about', {}, signal),
  staleTime: 60_000,
});
