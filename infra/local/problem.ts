/**
 * Something that the person who started the stack can mend: a taken port, a bad variable, a missing bundle.
 * Its message is one line that says what to do; it is printed without a stack trace.
 */
export class StartProblem extends Error {
  /** What the process ends with. */
  readonly status: number;

  constructor(message: string, { status = 1, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.name = 'StartProblem';
    this.status = status;
  }
}
