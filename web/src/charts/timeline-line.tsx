import { useId, type ReactNode, type SyntheticEvent } from 'react';
import { duration } from '../../../src/domain/figures.ts';
import { Icon } from '../ui/icon.tsx';
import type { Timeline, TimelineRow } from './timeline-rows.ts';
import { rowName, rowSentence, shareOf } from './timeline-words.ts';

/** A line that somebody looks at, and where it stands on the screen. */
export interface Hovered {
  readonly row: TimelineRow;
  readonly place: DOMRect;
}

export interface TimelineLineProps {
  readonly row: TimelineRow;
  readonly timeline: Timeline;
  readonly onHover: (hovered: Hovered | null) => void;
  /** What the model saw; `null`: nothing was sent. */
  readonly onOpen: (() => void) | null;
}

/** A call or a tool: its name, and its time as a bar. */
export function TimelineLine({ row, timeline, onHover, onOpen }: TimelineLineProps): ReactNode {
  const show = (event: SyntheticEvent<HTMLElement>): void =>
    onHover({ row, place: event.currentTarget.getBoundingClientRect() });
  const sentenceId = useId();
  const shared = {
    className: 'timeline-line',
    'aria-describedby': sentenceId,
    onPointerEnter: show,
    onFocus: show,
    onBlur: () => onHover(null),
  };
  const content = (
    <>
      <span className="timeline-name" style={{ paddingLeft: `${Math.min(row.depth, 8) * 14}px` }}>
        <Icon name={row.kind === 'tool' ? 'tool' : 'chevron'} size={12} />
        <span>{rowName(row)}</span>
        {row.kind === 'call' ? <small>{row.call.attempts.at(-1)?.model}</small> : null}
      </span>
      <span className="timeline-track">
        {row.phases.map((phase) => {
          const { left, width } = shareOf(phase, timeline);
          return (
            <span
              key={`${phase.kind}${phase.from}`}
              className={`phase phase-${phase.kind}${phase.live === true ? ' phase-live' : ''}`}
              style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
            />
          );
        })}
      </span>
      <span className="timeline-length">{lengthOf(row)}</span>
      <span id={sentenceId} hidden>
        {rowSentence(row)}
      </span>
    </>
  );
  return (
    <li>
      {onOpen === null ? (
        // Its figures show on focus too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div {...shared} role="group" tabIndex={0}>
          {content}
        </div>
      ) : (
        <button type="button" {...shared} onClick={onOpen}>
          {content}
        </button>
      )}
    </li>
  );
}

/** Of the work itself, without what was waited for. */
function lengthOf({ phases }: TimelineRow): string {
  const work = phases.filter(({ kind }) => kind !== 'waiting');
  const [first, last] = [work[0], work.at(-1)];
  if (first === undefined || last === undefined) return '–';
  return `${last.live === true ? '~' : ''}${duration((last.to - first.from) / 1000)}`;
}
