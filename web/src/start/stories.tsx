import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { startStory } from '../api/sessions.ts';
import { sessionLink } from '../shell/links.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { toastError } from '../ui/toast.tsx';

interface Story {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly icon: IconName;
}

export const stories: readonly Story[] = [
  {
    name: 'fill-window',
    title: 'Fill a small window',
    about: 'The gauge rises past its thresholds, and a summary makes room',
    icon: 'compact',
  },
  {
    name: 'hit-budget',
    title: 'Hit a budget',
    about: 'A call that does not fit waits, until you raise the limit',
    icon: 'budgets',
  },
  {
    name: 'approve-tool',
    title: 'Approve a tool',
    about: 'The agent wants to do something that needs your word',
    icon: 'tool',
  },
  {
    name: 'kill-worker',
    title: 'Kill the worker in mid-call',
    about: 'The run goes on where it was, and no token is lost or counted twice',
    icon: 'alert',
  },
];

/** One click each, on the simulator. */
export function Stories(): ReactNode {
  const [, go] = useLocation();
  const start = useMutation({
    mutationFn: startStory,
    onSuccess: ({ sessionId }) => go(sessionLink(sessionId)),
    onError: toastError,
  });
  return (
    <>
      <h2 className="visually-hidden">Or watch one of these on the simulator</h2>
      <ul className="stories">
        {stories.map(({ name, title, about, icon }) => (
          <li key={name}>
            <button type="button" className="card story" disabled={start.isPending} onClick={() => start.mutate(name)}>
              <Icon name={icon} />
              <strong>{title}</strong>
              <span>{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
