/** The value of an environment variable that the deployment must set. */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is missing`);
  return value;
}

/** A positive whole number from the environment. */
export function requiredSeconds(name: string): number {
  const seconds = secondsOrNone(name);
  if (seconds > 0) return seconds;
  throw new Error(`environment variable ${name} must be a positive whole number of seconds`);
}

/** A whole number from the environment; 0 means that there is nothing to wait for. */
export function secondsOrNone(name: string): number {
  const value = Number(requiredEnv(name));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`environment variable ${name} must be a whole number of seconds`);
}
