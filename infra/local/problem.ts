/**
 * Something that the person who started the stack can mend: a taken port, a bad variable, a missing bundle.
 * Its message is one line that says what to do; it is printed without a stack trace.
 */
export class StartProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartProblem';
  }
}
