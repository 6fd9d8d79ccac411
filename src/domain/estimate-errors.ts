/** What was thought of a request before it was sent, and what its provider counted. */
export interface EstimatedRequest {
  readonly provider: string;
  readonly model: string;
  /** Tokens of the best guess, and of the bound that was reserved. */
  readonly estimated: number;
  readonly bound: number;
  readonly actual: number;
}

/** How far the estimates of one model are off. Errors are `estimate / actual − 1`: 0.02 is two percent too many. */
export interface EstimateErrors {
  readonly provider: string;
  readonly model: string;
  readonly requests: number;
  readonly medianError: number;
  readonly p95Error: number;
  /** The estimate that fell shortest; 0 when none did. */
  readonly worstUnderestimate: number;
  /** Requests of which the provider counted more than was reserved. */
  readonly boundViolations: number;
}

/** The errors of each model's estimates; a request that was counted as nothing tells nothing. */
export function estimateErrors(requests: readonly EstimatedRequest[]): readonly EstimateErrors[] {
  const byModel = Map.groupBy(
    requests.filter(({ actual }) => actual > 0),
    ({ provider, model }) => `${provider}/${model}`,
  );
  return [...byModel.values()].flatMap((ofModel) => {
    const [first] = ofModel;
    if (first === undefined) return [];
    const errors = ofModel.map(({ estimated, actual }) => estimated / actual - 1).toSorted((a, b) => a - b);
    const at = (quantile: number): number => errors[Math.ceil(errors.length * quantile) - 1] ?? 0;
    return {
      provider: first.provider,
      model: first.model,
      requests: errors.length,
      medianError: at(0.5),
      p95Error: at(0.95),
      worstUnderestimate: Math.min(0, errors[0] ?? 0),
      boundViolations: ofModel.filter(({ bound, actual }) => actual > bound).length,
    };
  });
}
