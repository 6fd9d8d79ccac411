import { z } from 'zod';
import type { Timeout } from './tool.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const duration = z.custom<number | string>(
  (value) =>
    (typeof value === 'number' && value > 0) || (typeof value === 'string' && /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(value)),
  { error: 'must be milliseconds, or a text such as "30s" or "5m"' },
);

export function toMs(timeout: Timeout): number {
  if (typeof timeout === 'number') return timeout;
  const [, amount = '', unit = 'ms'] = /^([\d.]+)(\w+)$/.exec(timeout) ?? [];
  return Number(amount) * unitMs[unit as keyof typeof unitMs];
}
