import {
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
  type StreamableHTTPClientTransportOptions,
} from '@modelcontextprotocol/client';

type SendOptions = Parameters<StreamableHTTPClientTransport['send']>[1];

/** Of the range that JSON-RPC leaves to implementations; none of the protocol's own. */
export const answerLost = -32_099;

/**
 * Streamable HTTP where a call whose connection broke is answered with an error. The package tells of the end of a call's
 * stream, but its client does not listen, and would wait until the call's time is up.
 */
export class HttpTransport extends StreamableHTTPClientTransport {
  readonly #open = new Set<string | number>();

  constructor(url: URL, options: StreamableHTTPClientTransportOptions) {
    super(url, options);
    // The client calls what was set before it for each message first.
    this.onmessage = (message) => {
      if (!('method' in message) && message.id !== undefined) this.#open.delete(message.id);
    };
  }

  override async send(message: JSONRPCMessage, options?: SendOptions): Promise<void> {
    if (!('method' in message && 'id' in message)) return await super.send(message, options);
    const { id } = message;
    this.#open.add(id);
    const onRequestStreamEnd = (): void => {
      options?.onRequestStreamEnd?.();
      if (!this.#open.has(id)) return;
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: answerLost, message: 'the connection broke' } });
    };
    try {
      await super.send(message, { ...options, onRequestStreamEnd });
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }
}
