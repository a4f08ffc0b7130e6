import { MOST_REQUESTS } from '../../actions/load.ts';
import { loadToEndWell, STEPS, type Step } from '../../state/story.ts';
import type { Mode } from '../../state/types.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';

/** How Spotify has to be for the steps that one press can play. */
const PLAYED: Readonly<Partial<Record<Step, Mode>>> = { revoked: 'revoked', outage: 'down', well: 'ok' };

/** What there is to see, up to its good end; a step that was seen is ticked. */
export function Story(props: PartProps) {
  const { state, writing } = props;
  const { t } = writing;
  return (
    <div class="card">
      <h3>{t('tryThis')}</h3>
      <ol class="story">
        {STEPS.map((step) => {
          const isSeen = state.seen.includes(step);
          const play = playOf(step, props);
          return (
            <li key={step} class={isSeen ? 'seen' : ''}>
              <span class="tick">{isSeen ? <Icon name="check" /> : null}</span>
              <span>
                {t(`step_${step}`)}
                {isSeen ? <span class="hidden"> ({t('stepSeen')})</span> : null}
              </span>
              {play ? (
                <button
                  type="button"
                  class="plain small"
                  aria-label={`${t('doIt')} : ${t(`step_${step}`)}`}
                  disabled={state.screen.kind !== 'list' || state.load !== undefined}
                  onClick={play}
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

/** What one press does for a step, where one press can. */
function playOf(step: Step, { state, actions }: PartProps): (() => void) | undefined {
  if (step === 'load') return () => actions.runLoad(loadToEndWell(state.stats, MOST_REQUESTS));
  const mode = PLAYED[step];
  return mode && state.spotifyUrl !== undefined ? () => actions.play(mode) : undefined;
}
