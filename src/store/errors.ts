/**
 * The database can't be reached, is full or stayed locked. Nothing of the transaction was written: the same call may
 * be made again, and should be, since what it was to store is known nowhere else.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
