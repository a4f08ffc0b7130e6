/** Why a value does not fit, in the languages of the service: valibot asks in the one that `validate` was given. */
export const reason =
  (en: string, fr: string) =>
  ({ lang }: { lang?: string | undefined }): string =>
    lang === 'en' ? en : fr;
