import type { DayResult } from './day.ts';
import { totalOf } from './scale.ts';

/** List prices of us-east-1 in dollars, as docs/deploy.md gives them with their sources. */
const PRICES = {
  apiMillion: 1,
  /** Beyond 300 million requests a month. */
  apiMillionBeyond: 0.9,
  lambdaMillion: 0.2,
  lambdaGbSecond: 0.0000133334,
  readMillion: 0.125,
  writeMillion: 0.625,
  kmsTenThousand: 0.03,
  logGb: 0.5,
  transferGb: 0.09,
  listGbMonth: 0.25,
  /** With recovery. */
  accountGbMonth: 0.45,
  fixed: 29,
};
const DAYS = 30;
const LOG_BYTES = 670;
const REPLY_BYTES = 2_200;
const LIST_BYTES = 6_000;
const ACCOUNT_BYTES = 2_000;
const SHARE_WITH_LIST = 0.3;

export interface Cost {
  gateway: number;
  lambda: number;
  dynamodb: number;
  kms: number;
  logsAndTransfer: number;
  storage: number;
  fixed: number;
  total: number;
}

/** What thirty such days cost so many users, as this day went. */
export function monthlyCost(day: DayResult, users: number): Cost {
  const times = (DAYS * users) / day.users;
  const requestMillions = (totalOf(day.outcomes) * times) / 1e6;
  const functions = Object.values(day.functions);
  const invocations = functions.reduce((sum, usage) => sum + usage.invocations, 0);
  const gbSeconds = functions.reduce((sum, usage) => sum + usage.billedMs, 0) / 1000;
  const units = (use: 'read' | 'write') => ((day.storage[use].total + day.sweep[use].total) * times) / 1e6;
  const parts = {
    gateway:
      Math.min(requestMillions, 300) * PRICES.apiMillion +
      Math.max(0, requestMillions - 300) * PRICES.apiMillionBeyond,
    lambda: ((invocations * times) / 1e6) * PRICES.lambdaMillion + gbSeconds * times * PRICES.lambdaGbSecond,
    dynamodb: units('read') * PRICES.readMillion + units('write') * PRICES.writeMillion,
    kms: ((day.kms.total * times) / 1e4) * PRICES.kmsTenThousand,
    logsAndTransfer:
      (requestMillions * 1e6 * (LOG_BYTES * PRICES.logGb + REPLY_BYTES * PRICES.transferGb)) / 1e9,
    storage:
      (users * (ACCOUNT_BYTES * PRICES.accountGbMonth + SHARE_WITH_LIST * LIST_BYTES * PRICES.listGbMonth)) /
      1e9,
    fixed: PRICES.fixed,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
