import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

/**
 * Temporal's own converter, except that an argument which it can't decode arrives as a sentence.
 *
 * Any client may send any bytes to a session. An error while a signal or a start argument is decoded would fail the
 * workflow task, again and again, and nobody could talk to the session any more; a sentence is refused as every other
 * value of the wrong type is.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (...given) => defaultPayloadConverter.toPayload(...given),
  fromPayload<T>(...given: Parameters<PayloadConverter['fromPayload']>): T {
    try {
      return defaultPayloadConverter.fromPayload(...given) as T;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `This could not be decoded: ${reason}` as T;
    }
  },
};
