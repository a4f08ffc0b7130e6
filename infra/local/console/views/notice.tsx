import { tell } from './format.ts';
import type { PartProps } from './part.ts';

/** What just happened, for ears and for eyes. The region is always there: only so is a change in it announced. */
export function Notice({ state: { notice }, writing: { t }, actions }: PartProps) {
  return (
    <div class="notice-place">
      <div
        role="status"
        aria-live="polite"
        class={notice ? `notice${notice.isProblem ? ' notice-problem' : ''}` : ''}
      >
        {notice ? tell(notice, t) : ''}
        {notice?.isProblem ? (
          <button type="button" class="quiet" onClick={actions.closeNotice}>
            {t('close')}
          </button>
        ) : null}
      </div>
    </div>
  );
}
