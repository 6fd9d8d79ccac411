export interface HttpFetchOptions {
  /**
   * Whom the model may ask: `example.com`, `*.example.com` (the names below it), `example.com:8080`, or `*` for every
   * public host.
   */
  readonly hosts: readonly string[];
  /** Private, loopback or other special addresses that hosts of the list may have, such as `10.1.0.0/16`; none. */
  readonly allowAddresses?: readonly string[];
  /** Of an answer, unpacked; 1,000,000. */
  readonly maxBytes?: number;
  /** From the request to the end of the answer, redirects included; 20. */
  readonly timeoutSeconds?: number;
  /** 5. */
  readonly maxRedirects?: number;
}
