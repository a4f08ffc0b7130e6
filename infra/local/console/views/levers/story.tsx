import { STEPS, type Step } from '../../state/story.ts';
import type { Mode } from '../../state/types.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';

/** The steps that one press can play, and how Spotify has to be for them. */
const PLAYED: Readonly<Partial<Record<Step, Mode>>> = { revoked: 'revoked', outage: 'down' };

/** What there is to see; a step that was seen is ticked, whatever brought it about. */
export function Story({ state, writing: { t }, actions }: PartProps) {
  const { seen, spotifyUrl, screen } = state;
  return (
    <div class="card">
      <h3>{t('tryThis')}</h3>
      <ol class="story">
        {STEPS.map((step) => {
          const mode = PLAYED[step];
          const isSeen = seen.includes(step);
          return (
            <li key={step} class={isSeen ? 'seen' : ''}>
              <span class="tick">{isSeen ? <Icon name="check" /> : null}</span>
              <span>
                {t(`step_${step}`)}
                {isSeen ? <span class="hidden"> ({t('stepSeen')})</span> : null}
              </span>
              {mode && spotifyUrl !== undefined ? (
                <button
                  type="button"
                  class="plain small"
                  aria-label={`${t('doIt')} : ${t(`step_${step}`)}`}
                  disabled={screen.kind !== 'list'}
                  onClick={() => actions.play(mode)}
                >
                  {t('doIt')}
                </button>
              ) : null}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
