import { useMemo } from 'preact/hooks';
import { median, sharesOf, stack } from '../../state/figures.ts';
import { listRequests } from '../../state/outcome.ts';
import { OUTCOMES } from '../../state/types.ts';
import { duration, percent } from '../format.ts';
import type { PartProps } from '../part.ts';
import { Chart } from './chart.tsx';
import { entriesChart, hitRateChart, latencyChart, outcomesChart } from './chart-options.ts';

/** As many as can be told apart on a chart of this width. */
const SHOWN_REQUESTS = 150;

/** Above: the requests of this page. Below: the fleet, as the service counts it. */
export function Charts({ state: { log, stats, samples }, writing: { t, language } }: PartProps) {
  const lines = useMemo(() => listRequests(log), [log]);
  const requests = useMemo(() => requestData(lines), [lines]);
  const fleet = useMemo(
    () => ({
      hitRate: [samples.map(({ atMs }) => atMs / 1000), samples.map(({ hitRate }) => hitRate)],
      entries: [
        samples.map(({ atMs }) => atMs / 1000),
        samples.map(({ staleEntries }) => staleEntries),
        samples.map(({ entries }) => entries),
      ],
    }),
    [samples],
  );
  const last = lines.at(-1);
  const times = {
    median: duration(median(lines.map(({ ms }) => ms)), language),
    last: duration(last?.ms ?? 0, language),
  };
  const shares = OUTCOMES.map((outcome, row) => {
    const share = requests.shares[row]?.at(-1) ?? 0;
    return `${t(`outcome_${outcome}`)} ${percent(share, language)}`;
  }).join(', ');
  const rate = stats && stats.requests > 0 ? percent(stats.hit_rate, language) : '–';
  const entries = { entries: stats?.entries ?? 0, stale: stats?.stale_entries ?? 0 };
  const common = { language, ifEmpty: t('chartEmpty') };
  return (
    <div class="charts">
      <ul class="legend" aria-hidden="true">
        {OUTCOMES.map((outcome) => (
          <li key={outcome} class={`outcome-${outcome}`}>
            <i /> {t(`outcome_${outcome}`)}
          </li>
        ))}
      </ul>
      <Chart
        title={t('chart_latency')}
        note={last ? t('chart_latencyNote', times) : ''}
        description={t('chart_latencyDescription', { count: lines.length, ...times })}
        options={latencyChart}
        data={requests.latency}
        {...common}
      />
      <Chart
        title={t('chart_outcomes')}
        note=""
        description={t('chart_outcomesDescription', { shares })}
        options={outcomesChart}
        data={requests.outcomes}
        {...common}
      />
      <Chart
        title={t('chart_hitRate')}
        note={rate}
        description={t('chart_hitRateDescription', { rate })}
        options={hitRateChart}
        data={fleet.hitRate}
        {...common}
      />
      <Chart
        title={t('chart_entries')}
        note={t('chart_entriesNote', entries)}
        description={t('chart_entriesDescription', entries)}
        options={entriesChart}
        data={fleet.entries}
        {...common}
      />
    </div>
  );
}

function requestData(lines: ReturnType<typeof listRequests>) {
  const from = Math.max(0, lines.length - SHOWN_REQUESTS);
  const shown = lines.slice(from);
  const numbers = shown.map((_, index) => from + index + 1);
  const shares = sharesOf(lines).map((row) => row.slice(from));
  return {
    shares,
    latency: [
      numbers,
      ...OUTCOMES.map((outcome) =>
        shown.map((line) => (line.outcome === outcome ? Math.max(1, line.ms) : null)),
      ),
    ],
    // The whole first, then less and less: each is painted over the one before.
    outcomes: [numbers, ...stack(shares).toReversed()],
  };
}
