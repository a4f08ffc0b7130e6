import type { PartProps } from '../part.ts';

const ROWS = 9;
/** Sooner than this no explanation is needed. */
const EXPLAIN_AFTER_MS = 800;

/** Where the list will be. Says what is waited for, and for how long it has been. */
export function Loading({ state: { busy }, writing: { t }, nowMs }: PartProps) {
  const waitedMs = busy ? nowMs - busy.sinceMs : 0;
  const seconds = Math.round(waitedMs / 1000);
  return (
    <div class="list-place">
      <p class="waiting" role="status">
        {waitedMs < EXPLAIN_AFTER_MS ? t('loading') : t('waiting', { seconds })}
      </p>
      <ul class="skeleton" aria-hidden="true">
        {Array.from({ length: ROWS }, (_, row) => (
          <li key={row}>
            <i />
            <b />
          </li>
        ))}
      </ul>
    </div>
  );
}
