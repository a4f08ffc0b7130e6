import { duration } from '../format.ts';
import type { PartProps } from '../part.ts';

const MEASURED = ['hit', 'computation'] as const;
const PERCENTILES = ['p50', 'p90', 'p99'] as const;

/** How long the fleet takes, and what went wrong in it; all out of `GET /api/cache/stats`. */
export function FleetDetails({ state: { stats }, writing: { t, language } }: PartProps) {
  if (!stats) return null;
  const errors = Object.entries(stats.errors_by_code).toSorted(([, a], [, b]) => b - a);
  return (
    <div class="fleet">
      <table>
        <caption>{t('latencies')}</caption>
        <thead>
          <tr>
            <td />
            {PERCENTILES.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {MEASURED.map((what) => (
            <tr key={what}>
              <th scope="row">{t(`latency_${what}`)}</th>
              {PERCENTILES.map((name) => {
                const ms = stats.latency_ms[what][name];
                return <td key={name}>{ms === null ? '–' : duration(ms, language)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="errors">
        <h3>{t('errorsByCode')}</h3>
        {errors.length === 0 ? <p class="lead">{t('noErrors')}</p> : null}
        <ul>
          {errors.map(([code, count]) => (
            <li key={code}>
              <code>{code}</code> <span>{count}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
