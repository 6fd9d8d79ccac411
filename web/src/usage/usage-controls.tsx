import type { ReactNode } from 'react';
import { usageGroupings, type UsageGrouping } from '../../../src/domain/usage-report.ts';
import { Segmented } from '../ui/segmented.tsx';
import { groupingWords } from './usage-names.ts';
import type { Range, UsageState } from './usage-state.ts';

export interface UsageControlsProps {
  readonly state: UsageState;
  readonly onChange: (part: Partial<UsageState>) => void;
}

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = [...new Set(['UTC', own, ...Intl.supportedValuesOf('timeZone')])];

export function UsageControls({ state, onChange }: UsageControlsProps): ReactNode {
  const { by, range, from, to, timeZone, simulated } = state;
  const toggle = (grouping: UsageGrouping): void =>
    onChange({ by: by.includes(grouping) ? by.filter((one) => one !== grouping) : [...by, grouping] });
  return (
    <div className="usage-controls">
      <Segmented
        label="Range"
        value={range}
        onChange={(value: Range) => onChange({ range: value })}
        options={[
          { value: '7d', label: '7 days' },
          { value: '30d', label: '30 days' },
          { value: '90d', label: '90 days' },
          { value: 'custom', label: 'Custom' },
        ]}
      />
      {range === 'custom' ? (
        <span className="usage-dates">
          <input
            type="date"
            aria-label="From"
            value={from}
            onChange={(event) => onChange({ from: event.target.value })}
          />
          –
          <input type="date" aria-label="To" value={to} onChange={(event) => onChange({ to: event.target.value })} />
        </span>
      ) : null}
      <div className="chips" role="group" aria-label="Group by">
        {usageGroupings.map((grouping) => (
          <button
            key={grouping}
            type="button"
            className="chip"
            aria-pressed={by.includes(grouping)}
            onClick={() => toggle(grouping)}
          >
            {groupingWords[grouping]}
          </button>
        ))}
      </div>
      <label className="usage-check">
        <input
          type="checkbox"
          checked={simulated}
          onChange={(event) => onChange({ simulated: event.target.checked })}
        />
        Simulated too
      </label>
      <select
        className="usage-zone"
        aria-label="Time zone of the days"
        value={timeZone}
        onChange={(event) => onChange({ timeZone: event.target.value })}
      >
        {[...new Set([timeZone, ...zones])].map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </select>
    </div>
  );
}
