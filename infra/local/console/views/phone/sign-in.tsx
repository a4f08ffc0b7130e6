import type { PartProps } from '../part.ts';

const SUGGESTED = 'alice';
/** As the local issuer takes them. */
const MAX_LENGTH = 64;

export function SignIn({ writing: { t }, actions }: PartProps) {
  return (
    <form
      class="welcome"
      onSubmit={(event) => {
        event.preventDefault();
        const user = String(new FormData(event.currentTarget).get('user') ?? '').trim();
        if (user) actions.signIn(user);
      }}
    >
      <h4>{t('signInTitle')}</h4>
      <p>{t('signInLead')}</p>
      <label for="user">{t('userName')}</label>
      <input
        id="user"
        name="user"
        defaultValue={SUGGESTED}
        required
        maxLength={MAX_LENGTH}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <button type="submit" class="main">
        {t('signIn')}
      </button>
    </form>
  );
}
