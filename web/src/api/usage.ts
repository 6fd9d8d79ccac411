import { queryOptions } from '@tanstack/react-query';
import type { UsageReportQuery } from '../../../src/client/usage-api.ts';
import type { UsageLine } from '../../../src/domain/usage-report.ts';
import { apiFetch, apiGet } from './request.ts';

export function usageQuery(query: UsageReportQuery) {
  return queryOptions({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => apiGet<{ readonly lines: readonly UsageLine[] }>('/v1/usage', { ...query }, signal),
    select: ({ lines }) => lines,
  });
}

/** The same report as a CSV file. */
export async function usageCsv(query: UsageReportQuery): Promise<Blob> {
  const response = await apiFetch('GET', '/v1/usage', { query: { ...query }, headers: { accept: 'text/csv' } });
  return await response.blob();
}
