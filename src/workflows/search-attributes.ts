import { upsertSearchAttributes } from '@temporalio/workflow';
import type { SessionInput } from '../domain/session.ts';

/** Makes a session findable in Temporal's own UI; only where the attributes are registered, else it would block. */
export function publishStatus({ agent, user, tenant }: SessionInput, status: 'open' | 'closed'): void {
  const whose = {
    LoadlineAgent: [agent],
    ...(user === undefined ? {} : { LoadlineUser: [user] }),
    ...(tenant === undefined ? {} : { LoadlineTenant: [tenant] }),
  };
  upsertSearchAttributes({ LoadlineStatus: [status], ...(status === 'open' ? whose : {}) });
}
