import type { GenericSchema, InferOutput } from 'valibot';
import type { ErrorCode } from '../errors.ts';

/**
 * One route of the API: everything the gateway, the function, the validation, the OpenAPI document and the client
 * need to know of it. `functionName` is the file in `functions/` and the last part of the Lambda's name.
 */
export interface Route<
  TQuery extends GenericSchema | undefined = GenericSchema | undefined,
  TBody extends GenericSchema | undefined = GenericSchema | undefined,
  TReply extends GenericSchema = GenericSchema,
> {
  readonly method: 'GET' | 'POST';
  readonly path: `/api/${string}`;
  readonly functionName: string;
  readonly summary: string;
  /** The OAuth scope that the token must carry; none: any valid token. */
  readonly scope?: string;
  readonly query?: TQuery;
  readonly body?: TBody;
  /** The whole 200 body. */
  readonly reply: TReply;
  /** What can go wrong beyond what can go wrong everywhere (VALIDATION_FAILED, STORAGE_UNAVAILABLE, INTERNAL). */
  readonly errors: readonly ErrorCode[];
}

export type QueryOf<R> = R extends { query: infer S extends GenericSchema } ? InferOutput<S> : undefined;
export type BodyOf<R> = R extends { body: infer S extends GenericSchema } ? InferOutput<S> : undefined;
export type ReplyOf<R> = R extends { reply: infer S extends GenericSchema } ? InferOutput<S> : never;
/** What a handler returns: the `data` of the envelope. */
export type DataOf<R> = ReplyOf<R> extends { data: infer D } ? D : never;
