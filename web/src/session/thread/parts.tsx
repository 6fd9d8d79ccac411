import type { ReactNode } from 'react';
import type { MediaPart, Part, ToolResultPart } from '../../../../src/domain/messages.ts';
import { Icon } from '../../ui/icon.tsx';
import { Markdown } from './markdown.tsx';
import { ToolCall } from './tool-call.tsx';

/** Reasoning, closed until somebody wants to read it; while it is written, its last words show that it goes on. */
export function Reasoning({ text, writing = false }: { readonly text: string; readonly writing?: boolean }): ReactNode {
  if (text === '') return null;
  return (
    <details className="reasoning">
      <summary>
        <Icon name="chevron" size={12} />
        {writing ? 'Thinking…' : 'Thought about it'}
        {writing ? <span className="reasoning-tail">{text.slice(-80)}</span> : null}
      </summary>
      <p>{text}</p>
    </details>
  );
}

/** An image that came with the message is shown; what lies elsewhere is named. */
export function Media({ part }: { readonly part: MediaPart }): ReactNode {
  const { type, mediaType, data, url } = part;
  const source =
    data === undefined ? (url?.startsWith('data:') === true ? url : null) : `data:${mediaType};base64,${data}`;
  if (type === 'image' && source !== null) return <img className="media" src={source} alt="Sent with the message" />;
  const words = `${type}, ${mediaType}`;
  if (url === undefined || !/^https?:/.test(url)) return <span className="media-chip">{words}</span>;
  return (
    <a className="media-chip" href={url} target="_blank" rel="noopener noreferrer">
      {words} <Icon name="external" size={12} />
    </a>
  );
}

export interface AnswerPartsProps {
  readonly parts: readonly Part[];
  readonly results: ReadonlyMap<string, ToolResultPart>;
  /** What members of a team did on a tool call. */
  readonly membersOf: (callId: string) => ReactNode | null;
}

/** What an agent said and wanted done, in its order. */
export function AnswerParts({ parts, results, membersOf }: AnswerPartsProps): ReactNode {
  return parts.map((part, index) => {
    switch (part.type) {
      case 'text':
        return part.text === '' ? null : <Markdown key={index} text={part.text} />;
      case 'reasoning':
        return <Reasoning key={index} text={part.text} />;
      case 'tool-call':
        return (
          <ToolCall key={part.callId} call={part} result={results.get(part.callId)} members={membersOf(part.callId)} />
        );
      case 'tool-result':
        return null;
      default:
        return <Media key={index} part={part} />;
    }
  });
}
