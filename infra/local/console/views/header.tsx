import type { Theme } from '../state/types.ts';
import type { Language } from '../text/text.ts';
import type { PartProps } from './part.ts';

const LANGUAGES: Readonly<Record<Language, string>> = { fr: 'FR', en: 'EN' };
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const PARTS = ['phone', 'levers', 'watch'] as const;

export function Header({ state, writing: { t }, actions }: PartProps) {
  return (
    <header class="top">
      <div class="brand">
        <img src="/console/icon.svg" alt="" width="32" height="32" />
        <div>
          <h1>{t('title')}</h1>
          <p>{t('tagline')}</p>
        </div>
      </div>
      <div class="choices">
        <a class="quiet" href="/docs">
          {t('apiLink')}
        </a>
        <fieldset class="segments">
          <legend class="hidden">{t('language')}</legend>
          {(Object.keys(LANGUAGES) as Language[]).map((language) => (
            <label key={language} lang={language} title={language === 'fr' ? 'Français' : 'English'}>
              <input
                type="radio"
                name="language"
                checked={state.language === language}
                onChange={() => actions.setLanguage(language)}
              />
              <span>{LANGUAGES[language]}</span>
            </label>
          ))}
        </fieldset>
        <fieldset class="segments">
          <legend class="hidden">{t('theme')}</legend>
          {THEMES.map((theme) => (
            <label key={theme}>
              <input
                type="radio"
                name="theme"
                checked={state.theme === theme}
                onChange={() => actions.setTheme(theme)}
              />
              <span>{t(`theme_${theme}`)}</span>
            </label>
          ))}
        </fieldset>
      </div>
    </header>
  );
}

/** On a narrow page the parts are below one another. */
export function Parts({ writing: { t } }: PartProps) {
  return (
    <nav class="parts" aria-label={t('sections')}>
      {PARTS.map((part) => (
        <a key={part} href={`#${part}`}>
          {t(part)}
        </a>
      ))}
    </nav>
  );
}
