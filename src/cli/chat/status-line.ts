import stringWidth from 'string-width';
import type { SessionMetrics } from '../../domain/metrics.ts';
import { cost, gaugeWithPercent, type ContextGauge } from '../terminal/closing-line.ts';
import { paint } from '../terminal/colours.ts';
import { gaugeCells } from '../terminal/gauge.ts';
import { count } from '../../domain/figures.ts';
import { neutral } from '../terminal/neutral.ts';

export interface ChatStatus {
  readonly context: ContextGauge;
  readonly spent: Pick<SessionMetrics, 'totalTokens' | 'cost' | 'costUnknown' | 'estimatedTokens'> | null;
  readonly simulated: boolean;
  /** The model that was asked last; before that, the agent. */
  readonly model: string;
  /** What the session does, such as `answering 3 s`; `null`: nothing. */
  readonly doing: string | null;
}

interface StatusPart {
  readonly text: string;
  /** Given up on a narrow terminal, the highest first. */
  readonly spare: number;
}

const narrow = 60;
const narrowCells = 6;

/**
 * The line that stands below a chat, in one row.
 *
 *     ▕████▌   ┊ ┊▏ 41 %  answering 3 s · 1,204 tokens · $0.0021 · openai/gpt-5.2
 */
export function statusLine({ context, spent, simulated, model, doing }: ChatStatus, width: number): string {
  const about = (spent?.estimatedTokens ?? 0) > 0 ? '~' : '';
  const drawn = gaugeWithPercent(context, width < narrow ? narrowCells : gaugeCells);
  const parts: StatusPart[] = [
    ...(doing === null ? [] : [{ text: neutral(doing), spare: 1 }]),
    ...(spent === null
      ? []
      : [
          { text: `${about}${count(spent.totalTokens)} tokens`, spare: 2 },
          { text: cost(spent), spare: 3 },
        ]),
    { text: neutral(model.replace(/^simulated\//, '')), spare: 5 },
    ...(simulated ? [{ text: 'simulated', spare: 4 }] : []),
  ];
  const shown = fitting(parts, width - stringWidth(drawn) - 2);
  return shown === '' ? drawn : `${drawn}  ${paint('dim', shown)}`;
}

function fitting(parts: readonly StatusPart[], width: number): string {
  const text = parts.map((part) => part.text).join(' · ');
  if (parts.length === 0 || stringWidth(text) <= width) return text;
  const leaving = Math.max(...parts.map(({ spare }) => spare));
  return fitting(
    parts.filter(({ spare }) => spare !== leaving),
    width,
  );
}
