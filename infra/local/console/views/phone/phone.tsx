import { useEffect, useRef } from 'preact/hooks';
import type { ArtistsPage } from '../../state/types.ts';
import type { Translate } from '../../text/text.ts';
import { hoursAndMinutes } from '../format.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';
import { Connect } from './connect.tsx';
import { FailureScreen } from './failure-screen.tsx';
import { ListScreen } from './list-screen.tsx';
import { Loading } from './loading.tsx';
import { SignIn } from './sign-in.tsx';

/** The mobile app, as a user would have it. */
export function Phone(props: PartProps) {
  const { state, writing, actions, nowMs } = props;
  const { t } = writing;
  const { user, busy, screen } = state;
  const title = useFocusAfterChange(screen.kind);
  return (
    <div class="phone">
      <div class="phone-screen" aria-busy={busy !== undefined && busy.what !== 'lever'}>
        <div class="app-bar">
          <div class="app-title">
            <h3 tabIndex={-1} ref={title}>
              {t('myArtists')}
            </h3>
            {screen.kind === 'list' ? <p>{describe(screen.page, t, nowMs)}</p> : null}
            {screen.kind === 'empty' ? <p> </p> : null}
          </div>
          {user === undefined ? null : (
            <>
              <button
                type="button"
                class="round"
                title={t('refresh')}
                aria-label={t('refresh')}
                disabled={screen.kind !== 'list'}
                onClick={() => actions.read()}
              >
                <Icon name="refresh" />
              </button>
              <button type="button" class="chip" title={t('signOut')} onClick={actions.signOut}>
                <span class="hidden">
                  {t('signedInAs', { user })}. {t('signOut')}
                </span>
                <span aria-hidden="true" dir="auto">
                  {user}
                </span>
                <Icon name="leave" />
              </button>
            </>
          )}
        </div>
        <div class={busy && busy.what !== 'lever' ? 'progress progress-on' : 'progress'} />
        <Content {...props} />
      </div>
    </div>
  );
}

/** Who pressed a button that is gone goes on from the top of the new screen, not from the top of the page. */
function useFocusAfterChange(kind: string) {
  const title = useRef<HTMLHeadingElement>(null);
  const shown = useRef(kind);
  useEffect(() => {
    const isLost = document.activeElement === document.body;
    if (shown.current !== kind && isLost) title.current?.focus({ preventScroll: true });
    shown.current = kind;
  }, [kind]);
  return title;
}

/** How many there are, and how old the copy is. */
function describe({ data }: ArtistsPage, t: Translate, nowMs: number): string {
  const age = hoursAndMinutes((nowMs - Date.parse(data.cached_at)) / 1000);
  return t('artistCount', { count: data.pagination.total, age });
}

function Content(props: PartProps) {
  const { screen } = props.state;
  switch (screen.kind) {
    case 'signed-out':
      return <SignIn {...props} />;
    case 'connect':
      return <Connect {...props} note={screen.note} />;
    case 'list':
      return <ListScreen {...props} page={screen.page} />;
    case 'failure':
      return <FailureScreen {...props} failure={screen.failure} />;
    case 'empty':
      return <Loading {...props} />;
  }
}
