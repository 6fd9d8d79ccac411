import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** What the API refuses it refuses again; what did not answer may yet. */
function mayRetry(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
  return !refused && failures < 3;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: mayRetry, staleTime: 1_000, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
