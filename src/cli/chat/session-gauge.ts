import type { Session } from '../../client/api.ts';
import { defaultThresholds } from '../../domain/agent.ts';
import type { SessionMetrics } from '../../domain/metrics.ts';
import type { GaugeMarks } from '../../domain/gauge-level.ts';

/** How a session stands, asked for anew whenever something has happened; several askings at once are one. */
export class SessionGauge {
  readonly #session: Pick<Session, 'metrics' | 'state'>;
  readonly #onChange: () => void;
  #asking = false;
  #again = false;
  metrics: SessionMetrics | null = null;
  marks: GaugeMarks = defaultThresholds.context;

  constructor(session: Pick<Session, 'metrics' | 'state'>, onChange: () => void) {
    this.#session = session;
    this.#onChange = onChange;
  }

  refresh(): void {
    this.#again = this.#asking;
    if (!this.#asking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    // Nobody may be there to answer; then what was known last stays.
    const [metrics, state] = await Promise.all([
      this.#session.metrics().catch(() => this.metrics),
      this.#session.state().catch(() => null),
    ]);
    this.metrics = metrics;
    this.marks = state?.thresholds.context ?? this.marks;
    this.#asking = false;
    this.#onChange();
    if (this.#again) this.refresh();
  }
}
