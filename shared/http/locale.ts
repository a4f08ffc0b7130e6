import Negotiator from 'negotiator';
import { LOCALES, type Locale } from './messages.ts';

/** The language of a reply, negotiated after RFC 9110; French for whoever asks for neither or for nothing. */
export function negotiateLocale(acceptLanguage: string | undefined): Locale {
  if (!acceptLanguage) return LOCALES[0];
  // Some clients send the names of locales, like en_US, for tags of languages.
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage.replaceAll('_', '-') } });
  return (negotiator.language([...LOCALES]) as Locale | undefined) ?? LOCALES[0];
}

/** Whether the client takes gzip and does not like plain text better. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding) return false;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  return negotiator.encodings(['gzip', 'identity'])[0] === 'gzip';
}
