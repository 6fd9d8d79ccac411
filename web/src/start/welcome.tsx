import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { aboutQuery } from '../api/about.ts';
import { Button } from '../ui/button.tsx';
import { Gauge } from '../ui/gauge.tsx';
import { AgentChoice, useAgentChoice } from './agent-choice.tsx';
import { Stories } from './stories.tsx';
import { TextArea } from './text-area.tsx';
import { useStart } from './use-start.ts';
import './welcome.css';

/** What a person sees who has no session yet: a place to say something, and four stories to watch. */
export function Welcome(): ReactNode {
  const { data: about } = useQuery(aboutQuery);
  const [chosen, choose] = useState<string | null>(null);
  const [text, setText] = useState('');
  const agent = useAgentChoice(chosen);
  const start = useStart();
  const submit = (): void => {
    if (agent !== null && text.trim() !== '') start.mutate({ request: { agent }, text });
  };
  return (
    <div className="welcome">
      <div className="welcome-mark" aria-hidden="true">
        <Gauge use={0.41} thresholds={{ warn: 0.75, compact: 0.85, critical: 0.95 }} size="lg" label="Load line" />
      </div>
      <h2>Say something</h2>
      <p className="muted">
        A session starts, and every token it costs is counted here.
        {about?.defaultModel?.simulated === true
          ? ' No model key is set, so a built-in simulator answers: nothing is billed.'
          : null}
      </p>
      <form
        className="card welcome-composer"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextArea
          label="Message"
          quietLabel
          value={text}
          onChange={setText}
          onSend={submit}
          placeholder="What time is it in Oslo?"
          autoFocus
        />
        <div className="welcome-row">
          <AgentChoice value={agent} onChange={choose} />
          <Button
            type="submit"
            tone="primary"
            icon="send"
            busy={start.isPending}
            disabled={text.trim() === '' || agent === null}
          >
            Start
          </Button>
        </div>
      </form>
      {about?.stories === true ? <Stories /> : null}
    </div>
  );
}
