import type { SessionListItem } from '../../../src/client/api.ts';
import type { Activity } from '../ui/status-dot.tsx';

/** What to show of a session in the list: its status, and while it is open what it does. */
export function activityOf({ status, activity }: Pick<SessionListItem, 'status' | 'activity'>): Activity {
  return status === 'open' ? activity : status;
}
