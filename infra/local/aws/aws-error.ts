/** An error as AWS names it; `code` is what the SDK makes the name of its exception. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(
    code: string,
    message: string,
    { status = 400, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}
