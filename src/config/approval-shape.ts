import { z } from 'zod';
import { duration } from './duration.ts';

export const approvalSettings = z.strictObject({
  timeout: duration.optional(),
  onTimeout: z.enum(['deny', 'approve']).optional(),
});
