import { bytes, percent } from '../format.ts';
import type { PartProps } from '../part.ts';

const NOTHING = '–';

/** The figures of `GET /api/cache/stats`. */
export function Tiles({ state: { stats }, writing }: PartProps) {
  const { t, language } = writing;
  const number = (value: number | undefined) =>
    value === undefined ? NOTHING : new Intl.NumberFormat(language).format(value);
  const tiles = [
    {
      key: 'hitRate',
      value: stats && stats.requests > 0 ? percent(stats.hit_rate, language) : NOTHING,
      note: t('tile_hitRateNote'),
    },
    {
      key: 'requests',
      value: number(stats?.requests),
      note: stats ? t('tile_requestsNote', { errors: stats.errors }) : '',
    },
    {
      key: 'entries',
      value: number(stats?.entries),
      note: stats
        ? t('tile_entriesNote', { stale: stats.stale_entries, size: bytes(stats.bytes, writing) })
        : '',
    },
    {
      key: 'calls',
      value: number(stats?.spotify.calls),
      note: stats ? t('tile_callsNote', { count: stats.spotify.computations }) : '',
    },
  ] as const;
  return (
    <dl class="tiles">
      {tiles.map(({ key, value, note }) => (
        <div key={key} class="tile">
          <dt>{t(`tile_${key}`)}</dt>
          <dd class="tile-value">{value}</dd>
          <dd class="tile-note">{note || ' '}</dd>
        </div>
      ))}
    </dl>
  );
}
