import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { UsageReportQuery } from '../../../src/client/usage-api.ts';
import type { UsageGrouping, UsageLine } from '../../../src/domain/usage-report.ts';
import { apiFetch, apiGet } from './request.ts';

export interface UsageReport {
  readonly by: readonly UsageGrouping[];
  readonly timeZone: string;
  readonly lines: readonly UsageLine[];
  readonly total: UsageLine;
  /** Tokens of the simulator that the report leaves out. */
  readonly simulatedTokensLeftOut: number;
}

export function usageQuery(query: UsageReportQuery) {
  return queryOptions({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => apiGet<UsageReport>('/v1/usage', { ...query }, signal),
    placeholderData: keepPreviousData,
  });
}

/** The same report as a CSV file. */
export async function usageCsv(query: UsageReportQuery): Promise<Blob> {
  const response = await apiFetch('GET', '/v1/usage', { query: { ...query }, headers: { accept: 'text/csv' } });
  return await response.blob();
}
