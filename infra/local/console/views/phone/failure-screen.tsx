import type { Failure } from '../../state/types.ts';
import type { Translate } from '../../text/text.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';

/** No list, why, and what the user can do about it. */
export function FailureScreen({
  writing: { t },
  actions,
  nowMs,
  state,
  failure,
}: PartProps & { failure: Failure }) {
  const { wayOut, retryAtMs, code } = failure;
  const seconds = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1000);
  const busy = state.busy !== undefined && state.busy.what !== 'lever';
  return (
    <div class="welcome" role="alert">
      <span class="failure-mark">
        <Icon name="warning" />
      </span>
      <h4>{t('failureTitle')}</h4>
      <p>{messageOf(failure, t)}</p>
      <p>
        <code>{code}</code>
      </p>
      {wayOut === 'reconnect' ? (
        <button type="button" class="main" disabled={busy} onClick={actions.reconnect}>
          {t('reconnect')}
        </button>
      ) : null}
      {wayOut === 'sign-in' ? (
        <button type="button" class="main" onClick={actions.signOut}>
          {t('signIn')}
        </button>
      ) : null}
      {wayOut === 'retry' ? (
        <button type="button" class="main" disabled={busy} onClick={() => actions.read(0)}>
          {seconds > 0 ? t('retryIn', { seconds }) : t('retry')}
        </button>
      ) : null}
    </div>
  );
}

/** The service speaks for itself; where it could not, the page does. */
function messageOf({ code, message }: Failure, t: Translate): string {
  if (code === 'NO_ANSWER') return t('failure_NO_ANSWER');
  if (code === 'UNAUTHORIZED') return t('failure_UNAUTHORIZED');
  return message ?? t('failure_OTHER', { code });
}
