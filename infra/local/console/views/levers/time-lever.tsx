import { hoursAndMinutes } from '../format.ts';
import type { PartProps } from '../part.ts';

const HOURS = [1, 3, 6] as const;

/** Time, for this user's copy: where it is between fresh and gone, and a push forward. */
export function TimeLever({ state, writing: { t }, actions, nowMs }: PartProps) {
  const { screen, freshSeconds, keepSeconds, user } = state;
  const ageSeconds =
    screen.kind === 'list' ? (nowMs - Date.parse(screen.page.data.cached_at)) / 1000 : undefined;
  return (
    <div class="card">
      <div class="card-head">
        <h3>{t('time')}</h3>
        <button type="button" class="quiet" disabled={user === undefined} onClick={actions.openEntry}>
          {t('lookInside')}
        </button>
      </div>
      <div class="hours">
        {HOURS.map((hours) => (
          <button
            type="button"
            key={hours}
            class="plain"
            disabled={user === undefined}
            onClick={() => actions.pass(hours)}
          >
            {t('plusHours', { hours })}
          </button>
        ))}
      </div>
      <Scale ageSeconds={ageSeconds} freshSeconds={freshSeconds} keepSeconds={keepSeconds} />
      <div class="scale-words" aria-hidden="true">
        <span>{t('scaleFresh')}</span>
        <span>{t('scaleUsable')}</span>
      </div>
      <p class="lead hint">
        {ageSeconds === undefined
          ? t('noCopy')
          : `${t('copyAge', { age: hoursAndMinutes(ageSeconds) })}. ${t(hintOf(ageSeconds, freshSeconds, keepSeconds))}`}
      </p>
    </div>
  );
}

function hintOf(ageSeconds: number, freshSeconds: number, keepSeconds: number) {
  if (ageSeconds < freshSeconds) return 'ageHint_fresh';
  return ageSeconds < keepSeconds ? 'ageHint_usable' : 'ageHint_dead';
}

interface ScaleProps {
  readonly ageSeconds: number | undefined;
  readonly freshSeconds: number;
  readonly keepSeconds: number;
}

/** In units of the whole life of a copy. The text below says the same. */
function Scale({ ageSeconds, freshSeconds, keepSeconds }: ScaleProps) {
  const fresh = (freshSeconds / keepSeconds) * 100;
  const age = ageSeconds === undefined ? undefined : Math.min(1, ageSeconds / keepSeconds) * 100;
  return (
    <svg class="scale" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="scale-fresh" x="0" y="2" width={fresh - 0.5} height="4" />
      <rect class="scale-usable" x={fresh + 0.5} y="2" width={100 - fresh - 0.5} height="4" />
      {age === undefined ? null : (
        <rect class="scale-mark" x={Math.min(98.5, age)} y="0" width="1.5" height="8" />
      )}
    </svg>
  );
}
