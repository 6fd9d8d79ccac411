import { useState, type ReactNode } from 'react';
import type { RequestItem } from '../../../src/client/inspect-api.ts';
import { count } from '../../../src/domain/figures.ts';
import { Badge } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { textsOf, type ItemText } from './request-items.ts';

const kinds = {
  instructions: 'instructions',
  tools: 'tools',
  'output-schema': 'schema',
  summary: 'summary',
  message: 'message',
} as const;

const partWords = {
  text: '',
  reasoning: 'reasoning',
  call: 'calls',
  result: 'result of',
  error: 'error of',
  media: '',
} as const;

const changeWords = { same: '', added: 'added', removed: 'removed' } as const;

/** One item of a request: its first words in a line, the whole of it when opened. */
export function RequestItemRow({ item, largest }: { readonly item: RequestItem; readonly largest: number }): ReactNode {
  const [open, setOpen] = useState(false);
  const texts = textsOf(item);
  const name = item.role ?? kinds[item.kind];
  return (
    <div className={`request-item request-${item.change}`}>
      <button type="button" className="request-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="request-change" title={changeWords[item.change]}>
          {item.change === 'added' ? '+' : item.change === 'removed' ? '−' : ''}
        </span>
        <span className={`request-role request-role-${name}`}>{name}</span>
        <span className="request-words">{texts.map(lineOf).join(' · ')}</span>
        {item.shownAs === undefined || item.shownAs === 'whole' ? null : (
          <Badge tone="accent" title={shownWords[item.shownAs]}>
            {item.shownAs}
          </Badge>
        )}
        <span className="request-bar" aria-hidden="true">
          <span style={{ width: `${(item.tokens / largest) * 100}%` }} />
        </span>
        <span className="request-tokens">{count(item.tokens)}</span>
        <Icon name={open ? 'down' : 'chevron'} size={14} />
      </button>
      {open ? (
        <div className="request-texts">
          {item.number === undefined ? null : <p className="muted">Message {count(item.number)} of the transcript</p>}
          {texts.map((text, index) => (
            // The parts of an item don't change places.
            // oxlint-disable-next-line react/no-array-index-key
            <Text key={index} of={text} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

const shownWords = {
  reference: 'A result of a tool, shown as a reference that the model can recall',
  excerpt: 'Too long: its beginning and end are shown',
} as const;

function lineOf({ kind, name, text }: ItemText): string {
  const words = [partWords[kind], name ?? ''].filter((word) => word !== '').join(' ');
  return `${words === '' ? '' : `${words}: `}${text.slice(0, 200).replaceAll(/\s+/g, ' ')}`;
}

function Text({ of }: { readonly of: ItemText }): ReactNode {
  const words = [partWords[of.kind], of.name ?? ''].filter((word) => word !== '').join(' ');
  return (
    <div className={`request-text request-text-${of.kind}`}>
      {words === '' ? null : <h3>{words}</h3>}
      <pre>{of.text}</pre>
    </div>
  );
}
