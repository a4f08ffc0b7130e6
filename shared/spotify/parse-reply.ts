import * as v from 'valibot';
import type { PlatformBucket } from '../errors.ts';
import { unavailable } from './unavailable.ts';

/** The JSON of a body, or undefined when it is none. The parser's error quotes the body, so it goes no further. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * What a reply says, checked. Fields that the schema does not know are left out.
 *
 * @throws PlatformUnavailable naming the first field that does not fit, never its value.
 */
export function parseReply<TSchema extends v.GenericSchema>(
  schema: TSchema,
  body: string,
  bucket?: PlatformBucket,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, parseJson(body), { abortEarly: true });
  if (result.success) return result.output;
  const where = v.getDotPath(result.issues[0]) ?? 'the top';
  throw unavailable(`Spotify answered nonsense at ${where}`, { bucket });
}
