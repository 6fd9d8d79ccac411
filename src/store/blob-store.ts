export interface BlobStore {
  /** Content-addressed: the same bytes answer the same id. */
  putBlob(bytes: Uint8Array, mediaType: string): Promise<string>;
  blob(id: string): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string } | null>;
}
