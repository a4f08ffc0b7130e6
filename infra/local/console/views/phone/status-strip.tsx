import type { ArtistsPage, CacheStatus } from '../../state/types.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';

/** A new consent mends these. */
const MENDED_BY_CONSENT: ReadonlySet<string | undefined> = new Set([
  'SPOTIFY_TOKEN_REVOKED',
  'SPOTIFY_SCOPE_MISSING',
  'REAUTHORIZE_SOON',
]);

/** The badge, and what the mobile team is asked to show beside it. */
export function StatusStrip({ page, state, writing: { t }, actions }: PartProps & { page: ArtistsPage }) {
  const { cache_status, warning, warning_code } = page;
  return (
    <div class="status-strip">
      <p>
        <Badge status={cache_status} label={t(`badge_${cache_status}`)} />
      </p>
      {warning ? (
        <div class={`warning warning-${cache_status}`}>
          <p>
            <Icon name="warning" /> {warning}
          </p>
          {MENDED_BY_CONSENT.has(warning_code) ? (
            <button
              type="button"
              class="main"
              disabled={state.busy?.what === 'connect'}
              onClick={actions.reconnect}
            >
              {t('reconnect')}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

/** The word of the API stands beside ours: it is what the mobile team reads. */
function Badge({ status, label }: { status: CacheStatus; label: string }) {
  return (
    <span class={`badge badge-${status}`} data-status={status}>
      <i aria-hidden="true" />
      {label} <code>{status}</code>
    </span>
  );
}
