import type { ReactNode } from 'react';
import type { SummaryInForce } from '../../../../src/domain/session.ts';
import { count } from '../../../../src/domain/figures.ts';

/** The summary that stands in the context, and what it stands for. */
export function SummaryCard({ summary }: { readonly summary: SummaryInForce }): ReactNode {
  const { text, tokens, model, firstSeq, lastSeq, throughRun, number } = summary;
  const messages = lastSeq - firstSeq + 1;
  return (
    <section className="card" aria-labelledby="summary-title">
      <header className="card-header">
        <h2 id="summary-title">Summary</h2>
        <span className="muted figures">
          {count(tokens)} tokens · compaction {number} · {model}
        </span>
      </header>
      <div className="card-body summary-body">
        <p>{text}</p>
        <p className="muted">
          {throughRun === 0
            ? 'It stands for the session that this one carries on.'
            : `It stands for runs 1 to ${count(throughRun)}: ${count(messages)} messages, ${count(firstSeq)} to ${count(lastSeq)} of the transcript, which stays whole.`}
        </p>
      </div>
    </section>
  );
}
