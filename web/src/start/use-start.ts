import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { StartRequest } from '../api/sessions.ts';
import { sessionLink } from '../shell/links.ts';
import { toastError } from '../ui/toast.tsx';
import { startWith } from './start-session.ts';

/** Starts a session and opens it. */
export function useStart() {
  const [, go] = useLocation();
  return useMutation({
    mutationFn: ({ request, text }: { readonly request: StartRequest; readonly text: string }) =>
      startWith(request, text),
    onSuccess: (sessionId) => go(sessionLink(sessionId)),
    onError: toastError,
  });
}
