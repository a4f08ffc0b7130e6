/** How an invocation ended. `payload` is JSON: the result, or Lambda's description of the error. */
export type Outcome =
  | { readonly kind: 'ok'; readonly payload: string }
  | {
      readonly kind: 'error';
      readonly payload: string;
      /** The handler threw; the process ended or never started; or it was killed at the function's timeout. */
      readonly cause: 'handler' | 'exit' | 'init' | 'timeout';
    };

export function failure(
  cause: 'handler' | 'exit' | 'init' | 'timeout',
  errorType: string,
  errorMessage: string,
): Outcome {
  return { kind: 'error', cause, payload: JSON.stringify({ errorType, errorMessage }) };
}
