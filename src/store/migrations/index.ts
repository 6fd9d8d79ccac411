import { initial } from './0001-initial.ts';
import { budgets } from './0002-budgets.ts';
import { context } from './0003-context.ts';
import { teams } from './0004-teams.ts';
import { tools } from './0005-tools.ts';
import { toolListings } from './0006-tool-listings.ts';
import { inspection } from './0007-inspection.ts';
import { sessionMembers } from './0008-session-members.ts';
import { apiObjects } from './0009-api-objects.ts';
import type { Migration } from './migration.ts';

/** In order; a new step is a new file and a line here. */
export const migrations: readonly Migration[] = [
  initial,
  budgets,
  context,
  teams,
  tools,
  toolListings,
  inspection,
  sessionMembers,
  apiObjects,
];
