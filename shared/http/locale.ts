import Negotiator from 'negotiator';
import { LOCALES, type Locale } from './messages.ts';

/** The language of a reply, negotiated after RFC 9110; French for whoever asks for neither or for nothing. */
export function negotiateLocale(acceptLanguage: string | undefined): Locale {
  if (!acceptLanguage) return LOCALES[0];
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return (negotiator.language([...LOCALES]) as Locale | undefined) ?? LOCALES[0];
}

/** Whether the client takes gzip. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (!acceptEncoding) return false;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  return negotiator.encodings(['gzip']).length > 0;
}
