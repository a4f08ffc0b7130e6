import Negotiator from 'negotiator';
import type { WarningCode } from '../contract/artists-page.ts';
import type { ErrorCode } from '../errors.ts';

/** The languages that people are answered in; the first is the default. */
export const LOCALES = ['fr', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** The language of a reply, negotiated after RFC 9110; French by default. */
export function negotiateLocale(acceptLanguage: string | undefined): Locale {
  if (!acceptLanguage) return LOCALES[0];
  // Some clients send the names of locales, like en_US, for tags of languages.
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage.replaceAll('_', '-') } });
  return (negotiator.language([...LOCALES]) as Locale | undefined) ?? LOCALES[0];
}

type Localised = Readonly<Record<Locale, string>>;

/** What a person reads. Clients branch on the codes. */
export const errorMessages: Readonly<Record<ErrorCode, Localised>> = {
  VALIDATION_FAILED: {
    fr: 'La requête n’est pas valide.',
    en: 'The request is not valid.',
  },
  UNAUTHORIZED: {
    fr: 'Identifiez-vous.',
    en: 'Please sign in.',
  },
  UNKNOWN_PLATFORM: {
    fr: 'Cette plateforme n’est pas prise en charge.',
    en: 'This platform is not supported.',
  },
  INVALID_STATE: {
    fr: 'Cette demande de connexion est inconnue ou a expiré. Recommencez la connexion.',
    en: 'This connection request is unknown or has expired. Please start again.',
  },
  AUTHORIZATION_FAILED: {
    fr: 'Spotify a refusé l’autorisation. Recommencez la connexion.',
    en: 'Spotify refused the authorization. Please start again.',
  },
  PLATFORM_NOT_CONNECTED: {
    fr: 'Aucun compte Spotify n’est connecté.',
    en: 'No Spotify account is connected.',
  },
  SPOTIFY_TOKEN_REVOKED: {
    fr: 'L’accès à Spotify a été révoqué ou a expiré. Reconnectez-vous à Spotify.',
    en: 'Access to Spotify was revoked or has expired. Please reconnect to Spotify.',
  },
  SPOTIFY_SCOPE_MISSING: {
    fr: 'Il manque une autorisation Spotify. Reconnectez-vous à Spotify.',
    en: 'A Spotify permission is missing. Please reconnect to Spotify.',
  },
  SPOTIFY_RATE_LIMITED: {
    fr: 'Spotify limite nos demandes. Réessayez plus tard.',
    en: 'Spotify is limiting our requests. Please try again later.',
  },
  SPOTIFY_UNAVAILABLE: {
    fr: 'Spotify ne répond pas. Réessayez dans un instant.',
    en: 'Spotify is not responding. Please try again in a moment.',
  },
  COMPUTING: {
    fr: 'Votre liste est en cours de calcul. Réessayez dans un instant.',
    en: 'Your list is being computed. Please try again in a moment.',
  },
  STORAGE_UNAVAILABLE: {
    fr: 'Le service est momentanément indisponible. Réessayez dans un instant.',
    en: 'The service is temporarily unavailable. Please try again in a moment.',
  },
  SELECTION_LIMIT: {
    fr: 'Vous avez sélectionné le nombre maximal de 5 000 artistes.',
    en: 'You have selected the maximum of 5,000 artists.',
  },
  NOT_FOUND: {
    fr: 'Cette adresse n’existe pas.',
    en: 'There is no such address.',
  },
  METHOD_NOT_ALLOWED: {
    fr: 'Cette méthode n’est pas permise ici.',
    en: 'This method is not allowed here.',
  },
  INTERNAL: {
    fr: 'Une erreur est survenue de notre côté.',
    en: 'Something went wrong on our side.',
  },
};

export const warningMessages: Readonly<Record<WarningCode, Localised>> = {
  SPOTIFY_TOKEN_REVOKED: {
    fr: 'Données du cache utilisées. Reconnectez-vous à Spotify.',
    en: 'Cached data is shown. Please reconnect to Spotify.',
  },
  SPOTIFY_SCOPE_MISSING: {
    fr: 'Données du cache utilisées. Il manque une autorisation : reconnectez-vous à Spotify.',
    en: 'Cached data is shown. A permission is missing: please reconnect to Spotify.',
  },
  SPOTIFY_UNAVAILABLE: {
    fr: 'Données du cache utilisées. Spotify ne répond pas pour le moment.',
    en: 'Cached data is shown. Spotify is not responding at the moment.',
  },
  SPOTIFY_RATE_LIMITED: {
    fr: 'Données du cache utilisées. Spotify limite nos demandes pour le moment.',
    en: 'Cached data is shown. Spotify is limiting our requests at the moment.',
  },
  PARTIAL_LIST: {
    fr: 'Liste incomplète : une partie des données de Spotify est indisponible pour le moment.',
    en: 'Incomplete list: part of the data of Spotify is unavailable at the moment.',
  },
  REFRESH_IN_PROGRESS: {
    fr: 'Données du cache utilisées. Une mise à jour est en cours.',
    en: 'Cached data is shown. An update is in progress.',
  },
  REAUTHORIZE_SOON: {
    fr: 'L’autorisation Spotify expire bientôt. Reconnectez-vous à Spotify pour la renouveler.',
    en: 'The Spotify authorization expires soon. Please reconnect to Spotify to renew it.',
  },
  STORAGE_UNAVAILABLE: {
    fr: 'Données du cache utilisées. La mise à jour est momentanément impossible.',
    en: 'Cached data is shown. It cannot be updated at the moment.',
  },
};
