import { exitCodes } from '../exit-codes.ts';
import { failureLine, failureOf } from '../failure.ts';
import { limitNames } from '../show-limits.ts';
import { paint } from '../terminal/colours.ts';
import { neutral } from '../terminal/neutral.ts';
import { screenWidth } from '../terminal/screen.ts';
import { isYes } from '../ask-approvals.ts';
import type { ChatView } from './chat-view.ts';
import { Conversation } from './conversation.ts';
import { Editor } from './editor.ts';
import { rowsOf } from './fill-rows.ts';
import { InputHistory } from './input-history.ts';
import { layoutInput, visibleRows } from './input-layout.ts';
import type { OpenChat } from './open-chat.ts';
import { Screen, type Frame } from './screen.ts';
import { slashActions, type SlashScene } from './slash-actions.ts';
import { completionsOf, parseLine, type SlashName } from './slash.ts';
import { statusLine } from './status-line.ts';
import { TextFlow } from './text-flow.ts';

const prompt = '› ';
const tickMs = 1_000;
/** Rows of the frame that are not for what is typed. */
const otherRows = 4;

/** What a chat on a terminal ends with. */
export type ChatEnd = { readonly exitCode: number; readonly closed: boolean; readonly busy: boolean };

/** A chat on a terminal: what was said scrolls, the status and what is typed stay below it. */
export class TerminalChat {
  readonly #chat: OpenChat;
  readonly #conversation: Conversation;
  readonly #screen: Screen;
  readonly #editor: Editor;
  readonly #history: InputHistory;
  readonly #flow: TextFlow;
  readonly #ending = new AbortController();
  #exitCode: number = exitCodes.completed;
  #hint: string | null = null;
  #drawing: NodeJS.Immediate | null = null;

  constructor(chat: OpenChat) {
    this.#chat = chat;
    this.#history = new InputHistory(chat.home);
    this.#flow = new TextFlow(width, (rows, style) => this.#leaveRows(rows, style));
    const view: ChatView = {
      answer: { write: (text, style) => this.#write(text, style), reasoning: true },
      said: (text) => this.#said(text),
      note: (text, style) => this.#note(text, style),
      changed: () => this.#changed(),
    };
    this.#conversation = new Conversation(chat.session, chat.client.backend.store, view);
    this.#editor = new Editor(process.stdin, this.#history.entries(), {
      onLine: (text, begunAt) => this.#take(text, begunAt),
      onInterrupt: () => this.#interrupt(),
      onLeave: () => this.#leave(exitCodes.completed),
      onClear: () => this.#screen.clear(),
      onSuspend: () => this.#suspend(),
      onChange: () => this.#changed(),
      completions: (line) => completionsOf(line, limitNames),
    });
    this.#screen = new Screen(process.stdout, () => this.#frame());
  }

  /** Until the person leaves or the session closes. */
  async run(): Promise<ChatEnd> {
    const onResize = (): void => this.#screen.resized();
    const ticking = setInterval(() => this.#changed(), tickMs);
    const stop = (): void => this.#leave(exitCodes.interrupted);
    process.stdout.on('resize', onResize);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(signal, stop);
    try {
      const { state, afterId } = this.#chat;
      this.#screen.draw();
      await this.#conversation.recall();
      await this.#conversation.follow(state, afterId, this.#ending.signal);
      return { exitCode: this.#exitCode, closed: !this.#ending.signal.aborted, busy: this.#conversation.isBusy };
    } finally {
      clearInterval(ticking);
      clearImmediate(this.#drawing ?? undefined);
      process.stdout.off('resize', onResize);
      this.#editor.stop();
      this.#screen.end();
    }
  }

  #leave(exitCode: number): void {
    this.#exitCode = exitCode;
    this.#ending.abort();
  }

  #take(text: string, begunAt: number): void {
    this.#hint = null;
    if (text.trim() !== '') this.#history.add(text);
    const [question] = this.#conversation.questions;
    // What was typed before the question stood there is no answer to it.
    if (question !== undefined && question.askedAt < begunAt && /^\s*(?:y|yes|n|no)\s*$/i.test(text)) {
      this.#whenDone(this.#conversation.decide(question.callId, isYes(text)).then(() => null));
      return;
    }
    const line = parseLine(text);
    if (line.kind === 'message') this.#conversation.send(line.text);
    else if (line.kind === 'command') this.#act(line.name, line.words);
    else if (line.kind === 'unknown') this.#aside(line.problem, 'yellow');
  }

  #act(name: SlashName, words: readonly string[]): void {
    this.#aside(`\n/${neutral([name, ...words].join(' '))}`, 'dim');
    const scene: SlashScene = {
      client: this.#chat.client,
      session: this.#chat.session,
      conversation: this.#conversation,
      leave: () => this.#leave(exitCodes.completed),
    };
    this.#whenDone((async () => await slashActions[name](scene, words))());
  }

  #whenDone(work: Promise<string | null>): void {
    work.then(
      (text) => text !== null && this.#aside(text),
      (error: unknown) => this.#aside(failureLine(failureOf(error))),
    );
  }

  #interrupt(): void {
    const asked = this.#hint !== null;
    this.#hint = null;
    if (this.#conversation.cancel()) return;
    if (this.#editor.line !== '') return this.#editor.clear();
    if (asked) return this.#leave(exitCodes.interrupted);
    this.#hint = 'Ctrl-C again leaves; the session goes on.';
  }

  #suspend(): void {
    this.#editor.stop();
    this.#screen.end();
    process.once('SIGCONT', () => {
      this.#editor.start();
      this.#screen.begin();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  #said(text: string): void {
    this.#flow.breakRow();
    const lines = neutral(text).split('\n');
    const rows = lines.flatMap((line) => rowsOf(line, width() - prompt.length));
    const shown = rows.map((row, at) => `${at === 0 ? prompt : '  '}${row}`);
    this.#screen.print(['', ...shown.map((row) => paint('cyan', row))].join('\n'));
  }

  #note(text: string, style?: 'dim' | 'yellow'): void {
    this.#flow.breakRow();
    this.#aside(text, style);
  }

  /** What was asked for meanwhile stands above the row that an answer has come to. */
  #aside(text: string, style?: 'dim' | 'yellow'): void {
    const rows = text.split('\n').flatMap((line) => rowsOf(line, screenWidth()));
    this.#screen.print(rows.map((row) => (style === undefined ? row : paint(style, row))).join('\n'));
  }

  #write(text: string, style?: 'dim'): void {
    this.#flow.write(text, style);
    this.#changed();
  }

  #leaveRows(rows: readonly string[], style?: 'dim'): void {
    this.#screen.print(rows.map((row) => (style === undefined ? row : paint(style, row))).join('\n'));
  }

  #changed(): void {
    this.#drawing ??= setImmediate(() => {
      this.#drawing = null;
      if (!this.#ending.signal.aborted) this.#screen.draw();
    });
  }

  #frame(): Frame {
    const { gauge, queued, model } = this.#conversation;
    const { metrics, marks } = gauge;
    const { text, style } = this.#flow.last;
    const typed = visibleRows(
      layoutInput(prompt, this.#editor.line, this.#editor.cursor, width()),
      Math.max(1, (process.stdout.rows || 24) - otherRows),
    );
    const below = this.#hint ?? this.#editor.candidates.map((one) => one.trim()).join('  ');
    const status = statusLine(
      {
        context: { use: metrics?.contextUse ?? null, marks },
        spent: metrics,
        simulated: metrics?.simulated === true,
        model: model ?? this.#chat.agent,
        doing: this.#conversation.doing(Date.now()),
      },
      width(),
    );
    const rows = [
      ...(text === '' ? [] : [style === undefined ? text : paint(style, text)]),
      '',
      ...queued.map((one) => paint('dim', `${prompt}${neutral(one).replaceAll('\n', ' ')}`.slice(0, width()))),
      status,
      ...typed.rows,
      ...(below === '' ? [] : rowsOf(below, width()).map((row) => paint('dim', row))),
    ];
    const first = rows.length - typed.rows.length - (below === '' ? 0 : rowsOf(below, width()).length);
    return { rows, cursor: { fromEnd: rows.length - 1 - first - typed.row, column: typed.column } };
  }
}

/** One cell stays free: terminals differ in what they do with a row that is full. */
function width(): number {
  return screenWidth() - 1;
}
