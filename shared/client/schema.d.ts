// Generated from the contract by `npm run openapi`.

export interface paths {
    "/api/user/artists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A page of all the artists of the user, best score first
         * @description Served from the cache while the copy is younger than 3 h (`fresh`). Older, it is computed anew; when that cannot be, the old copy is served up to 6 h of age, with a warning: `stale`, or `fallback_revoked` when the user has to reconnect. Send the `ETag` as `If-None-Match` to get a 304 instead of the same page. Past the last page: an empty list with the right total.
         */
        get: operations["getArtists"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/artists/toggle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Selects or deselects an artist; flips when "selected" is left out
         * @description Sets `selected`, or flips it when it is left out. From this reply on no reader is shown the old selection: the next read computes anew, or lays the new selection over the old copy.
         */
        post: operations["toggleArtist"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/artists/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads the plays since the last sync into the inputs of the score
         * @description Feeds the next computation. The cached list stays as it is.
         */
        post: operations["syncArtists"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The platforms of the user and the state of the cached list
         * @description Never calls Spotify, never changes the cache.
         */
        get: operations["getProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/platforms/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins the connection: the platform's consent page for this user
         * @description Open `authorization_url` in a browser. Spotify sends the user back with `code` and `state`, for `connect/complete`, within 10 minutes.
         */
        post: operations["connectPlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/platforms/connect/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Completes the connection with the code and state of the redirect
         * @description A state works once, and for its user only. The cached list is deleted.
         */
        post: operations["completeConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/platforms/disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forgets connection, tokens, cached list and plays, at once
         * @description Idempotent. From then on the list is `PLATFORM_NOT_CONNECTED` until the user connects again.
         */
        post: operations["disconnectPlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cache/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the cache does, over the whole fleet
         * @description `hits + misses + stale + fallback_revoked + errors = requests`, exactly, over the whole fleet.
         */
        get: operations["getCacheStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Artist: {
            id: components["schemas"]["SpotifyId"];
            name: string;
            /** @description The widest image; some artists have none */
            image_url: string | null;
            /** @description Link back to Spotify */
            url: string;
            /** @description May be empty */
            genres: string[];
            /** @description 0–100, two decimals */
            score: number;
            /** @description 1-based, over the whole list */
            rank: number;
            /** @description Chosen by the user in the app */
            selected: boolean;
            /** @constant */
            platform: "spotify";
        };
        AuthorizationFailed: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "AUTHORIZATION_FAILED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        /** @enum {string} */
        CacheStatus: "fresh" | "stale" | "fallback_revoked";
        CompleteConnectionReply: {
            /** @constant */
            success: true;
            data: {
                /**
                 * @description The platform; more may come
                 * @example spotify
                 */
                platform_slug: string;
                /** @constant */
                status: "connected";
                connected_at: components["schemas"]["Timestamp"];
                reauthorize_by: components["schemas"]["Timestamp"];
            };
        };
        CompleteConnectionRequest: {
            /**
             * @description The platform; today `spotify`
             * @example spotify
             */
            platform_slug: string;
            code: string;
            state: string;
        };
        Computing: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "COMPUTING";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        ConnectPlatformReply: {
            /** @constant */
            success: true;
            data: {
                authorization_url: string;
                state: string;
                expires_at: components["schemas"]["Timestamp"];
            };
        };
        ConnectPlatformRequest: {
            /**
             * @description The platform; today `spotify`
             * @example spotify
             */
            platform_slug: string;
        };
        DisconnectPlatformReply: {
            /** @constant */
            success: true;
            data: {
                /**
                 * @description The platform; more may come
                 * @example spotify
                 */
                platform_slug: string;
                /** @constant */
                status: "disconnected";
            };
        };
        DisconnectPlatformRequest: {
            /**
             * @description The platform; today `spotify`
             * @example spotify
             */
            platform_slug: string;
        };
        FreshPage: {
            /** @constant */
            success: true;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cache_status: "fresh";
            /** @description For a person, localised: never branch on it */
            warning?: string;
            /** @constant */
            warning_code?: "REAUTHORIZE_SOON";
            data: {
                artists: components["schemas"]["Artist"][];
                pagination: components["schemas"]["Pagination"];
                /** @description From a stored copy: not computed by this request */
                cached: boolean;
                /** @constant */
                cache_status: "fresh";
                /** @description For a person, localised: never branch on it */
                warning?: string;
                /** @constant */
                warning_code?: "REAUTHORIZE_SOON";
                cached_at: components["schemas"]["Timestamp"];
            };
        };
        /** @description API Gateway's own words: it answers before or instead of the service, without envelope */
        GatewayReply: {
            message: string;
        };
        GetArtistsReply: components["schemas"]["FreshPage"] | components["schemas"]["StalePage"] | components["schemas"]["RevokedPage"];
        GetCacheStatsReply: {
            /** @constant */
            success: true;
            data: {
                window: {
                    from: components["schemas"]["Timestamp"];
                    to: components["schemas"]["Timestamp"];
                };
                requests: number;
                hits: number;
                misses: number;
                stale: number;
                fallback_revoked: number;
                errors: number;
                /** @description The errors that occurred, each by its code */
                errors_by_code: {
                    [key: string]: number;
                };
                hit_rate: number;
                miss_rate: number;
                /** @description Both kinds of old copy: stale and fallback_revoked */
                stale_rate: number;
                error_rate: number;
                entries: number;
                stale_entries: number;
                bytes: number;
                spotify: {
                    computations: number;
                    calls: number;
                    failures: number;
                    rate_limited: number;
                    revocations: number;
                    avg_computation_ms: number;
                };
                latency_ms: {
                    /** @description null where nothing was measured */
                    hit: {
                        p50: number | null;
                        p90: number | null;
                        p99: number | null;
                    };
                    /** @description null where nothing was measured */
                    computation: {
                        p50: number | null;
                        p90: number | null;
                        p99: number | null;
                    };
                };
                recommendations: {
                    code: string;
                    /** @enum {string} */
                    severity: "info" | "warning" | "critical";
                    message: string;
                }[];
                /**
                 * Format: date-time
                 * @description Up to when the counts were known: up to two minutes ago
                 * @example 2026-11-22T12:00:00.000Z
                 */
                as_of: string;
            };
        };
        GetProfileReply: {
            /** @constant */
            success: true;
            data: {
                user_id: string;
                platforms: {
                    /**
                     * @description The platform; more may come
                     * @example spotify
                     */
                    platform_slug: string;
                    /** @enum {string} */
                    status: "connected" | "revoked" | "disconnected";
                    account_id: string | null;
                    connected_at: components["schemas"]["Timestamp"] | null;
                    reauthorize_by: components["schemas"]["Timestamp"] | null;
                    /** @constant */
                    hint?: "REAUTHORIZE_SOON";
                }[];
                artists: {
                    total: number;
                    cached_at: components["schemas"]["Timestamp"];
                    cache_status: components["schemas"]["CacheStatus"];
                } | null;
            };
        };
        Internal: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "INTERNAL";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        InvalidField: {
            /** @description Its path, like `artist_id`; `body` or `query` for the whole */
            field: string;
            /** @description For a person, localised: never branch on it */
            reason: string;
        };
        InvalidState: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "INVALID_STATE";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        MethodNotAllowed: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "METHOD_NOT_ALLOWED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        NotFound: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "NOT_FOUND";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        Pagination: {
            /** @description Zero-based */
            page: number;
            limit: number;
            /** @description All the artists of the user */
            total: number;
            total_pages: number;
            has_next: boolean;
        };
        PlatformNotConnected: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "PLATFORM_NOT_CONNECTED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        ReconnectAction: {
            /** @constant */
            action: "reconnect";
            /**
             * @description The platform; more may come
             * @example spotify
             */
            platform_slug: string;
        };
        RevokedPage: {
            /** @constant */
            success: true;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cache_status: "fallback_revoked";
            /** @description For a person, localised: never branch on it */
            warning: string;
            /** @constant */
            warning_code: "SPOTIFY_TOKEN_REVOKED";
            data: {
                artists: components["schemas"]["Artist"][];
                pagination: components["schemas"]["Pagination"];
                /** @description From a stored copy: not computed by this request */
                cached: boolean;
                /** @constant */
                cache_status: "fallback_revoked";
                /** @description For a person, localised: never branch on it */
                warning: string;
                /** @constant */
                warning_code: "SPOTIFY_TOKEN_REVOKED";
                cached_at: components["schemas"]["Timestamp"];
            };
        };
        SelectionLimit: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "SELECTION_LIMIT";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        /** @example 70kkdajctXSbqSMJbQO424 */
        SpotifyId: string;
        SpotifyRateLimited: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "SPOTIFY_RATE_LIMITED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        SpotifyScopeMissing: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "SPOTIFY_SCOPE_MISSING";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
                details: components["schemas"]["ReconnectAction"][];
            };
        };
        SpotifyTokenRevoked: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "SPOTIFY_TOKEN_REVOKED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
                details: components["schemas"]["ReconnectAction"][];
            };
        };
        SpotifyUnavailable: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "SPOTIFY_UNAVAILABLE";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        StalePage: {
            /** @constant */
            success: true;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            cache_status: "stale";
            /** @description For a person, localised: never branch on it */
            warning: string;
            /** @enum {string} */
            warning_code: "PARTIAL_LIST" | "REFRESH_IN_PROGRESS" | "SPOTIFY_RATE_LIMITED" | "SPOTIFY_SCOPE_MISSING" | "SPOTIFY_UNAVAILABLE" | "STORAGE_UNAVAILABLE";
            data: {
                artists: components["schemas"]["Artist"][];
                pagination: components["schemas"]["Pagination"];
                /** @description From a stored copy: not computed by this request */
                cached: boolean;
                /** @constant */
                cache_status: "stale";
                /** @description For a person, localised: never branch on it */
                warning: string;
                /** @enum {string} */
                warning_code: "PARTIAL_LIST" | "REFRESH_IN_PROGRESS" | "SPOTIFY_RATE_LIMITED" | "SPOTIFY_SCOPE_MISSING" | "SPOTIFY_UNAVAILABLE" | "STORAGE_UNAVAILABLE";
                cached_at: components["schemas"]["Timestamp"];
            };
        };
        StorageUnavailable: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "STORAGE_UNAVAILABLE";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        SyncArtistsReply: {
            /** @constant */
            success: true;
            data: {
                new_plays: number;
                artists_updated: number;
                synced_at: components["schemas"]["Timestamp"];
            };
        };
        /**
         * Format: date-time
         * @description UTC, ISO 8601, milliseconds
         * @example 2026-11-22T12:00:00.000Z
         */
        Timestamp: string;
        ToggleArtistReply: {
            /** @constant */
            success: true;
            data: {
                artist_id: components["schemas"]["SpotifyId"];
                selected: boolean;
            };
        };
        ToggleArtistRequest: {
            artist_id: components["schemas"]["SpotifyId"];
            selected?: boolean;
        };
        Unauthorized: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "UNAUTHORIZED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        UnknownPlatform: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "UNKNOWN_PLATFORM";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
            };
        };
        ValidationFailed: {
            /** @constant */
            success: false;
            error: {
                /** @constant */
                code: "VALIDATION_FAILED";
                /** @description For a person, localised: never branch on it */
                message: string;
                /** @description To quote when something has to be looked into */
                request_id: string;
                details: components["schemas"]["InvalidField"][];
            };
        };
    };
    responses: {
        /** @description `UNAUTHORIZED`; No token, a bad or an expired one */
        Unauthorized: {
            headers: {
                "Content-Language": components["headers"]["Maybe-Content-Language"];
                Vary: components["headers"]["Maybe-Vary"];
                "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                "Cache-Control": components["headers"]["Maybe-No-Store"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Unauthorized"] | components["schemas"]["GatewayReply"];
            };
        };
        /** @description The token lacks the scope of the route */
        Forbidden: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayReply"];
            };
        };
        /** @description `NOT_FOUND` */
        NotFound: {
            headers: {
                "Content-Language": components["headers"]["Content-Language"];
                Vary: components["headers"]["Vary"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["No-Store"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["NotFound"];
            };
        };
        /** @description `METHOD_NOT_ALLOWED` */
        MethodNotAllowed: {
            headers: {
                "Content-Language": components["headers"]["Content-Language"];
                Vary: components["headers"]["Vary"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["No-Store"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["MethodNotAllowed"];
            };
        };
        /** @description A body of more than 10 MB */
        ContentTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayReply"];
            };
        };
        /** @description More requests than the API is planned for: wait a second */
        TooManyRequests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayReply"];
            };
        };
        /** @description `INTERNAL`; The function could not answer at all */
        Internal: {
            headers: {
                "Content-Language": components["headers"]["Maybe-Content-Language"];
                Vary: components["headers"]["Maybe-Vary"];
                "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                "Cache-Control": components["headers"]["Maybe-No-Store"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Internal"] | components["schemas"]["GatewayReply"];
            };
        };
        /** @description The function outlasted 30 s, or too many ran at once */
        GatewayUnavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayReply"];
            };
        };
    };
    parameters: {
        /** @description The language of the messages, negotiated after RFC 9110: French or English */
        AcceptLanguage: string;
        /** @description The `ETag` of the page that is there already */
        IfNoneMatch: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The language of the messages
         * @example fr
         */
        "Content-Language": "fr" | "en";
        /** @example Authorization, Accept-Language, Accept-Encoding */
        Vary: string;
        /**
         * @description To quote when something has to be looked into; `request_id` of a failure
         * @example JKJaXmPLvHcESHA=
         */
        "X-Request-Id": string;
        "No-Store": "no-store";
        /** @description Keep it, and ask with `If-None-Match` before it is shown again */
        Revalidate: "private, no-cache";
        /**
         * @description Seconds since `cached_at`
         * @example 1600
         */
        Age: number;
        /**
         * @description Strong; covers the list, the page, its limit, the status, the warning and the language
         * @example "2vAbpKd0nGk5XwXwqJXlS3Tq0fM"
         */
        ETag: string;
        /**
         * @description RFC 9211: what the cache `artists` did, and the seconds of freshness that are left
         * @example artists; hit; ttl=9200
         */
        "Cache-Status": string;
        /**
         * @description The language of the messages
         * @example fr
         */
        "Maybe-Content-Language": "fr" | "en";
        /** @example Authorization, Accept-Language, Accept-Encoding */
        "Maybe-Vary": string;
        /**
         * @description To quote when something has to be looked into; `request_id` of a failure
         * @example JKJaXmPLvHcESHA=
         */
        "Maybe-X-Request-Id": string;
        "Maybe-No-Store": "no-store";
        /**
         * @description The methods that the path does answer to
         * @example GET
         */
        Allow: string;
        /**
         * @description Seconds after which the same request may succeed. Always there when the service itself answers
         * @example 5
         */
        "Retry-After": number;
        /**
         * @description Why the authorizer refused the token
         * @example Bearer scope="" error="invalid_token" error_description="the token has expired"
         */
        "WWW-Authenticate": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getArtists: {
        parameters: {
            query?: {
                page?: number;
                limit?: number;
            };
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
                /** @description The `ETag` of the page that is there already */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Revalidate"];
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetArtistsReply"];
                };
            };
            /** @description The page is still the one of `If-None-Match` */
            304: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Revalidate"];
                    Age: components["headers"]["Age"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `VALIDATION_FAILED` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `PLATFORM_NOT_CONNECTED`; `SPOTIFY_TOKEN_REVOKED`; `SPOTIFY_SCOPE_MISSING` */
            409: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformNotConnected"] | components["schemas"]["SpotifyTokenRevoked"] | components["schemas"]["SpotifyScopeMissing"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `SPOTIFY_RATE_LIMITED`; `SPOTIFY_UNAVAILABLE`; `COMPUTING`; `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpotifyRateLimited"] | components["schemas"]["SpotifyUnavailable"] | components["schemas"]["Computing"] | components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    toggleArtist: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToggleArtistRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToggleArtistReply"];
                };
            };
            /** @description `VALIDATION_FAILED` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `SELECTION_LIMIT` */
            409: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SelectionLimit"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    syncArtists: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SyncArtistsReply"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `PLATFORM_NOT_CONNECTED`; `SPOTIFY_TOKEN_REVOKED`; `SPOTIFY_SCOPE_MISSING` */
            409: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformNotConnected"] | components["schemas"]["SpotifyTokenRevoked"] | components["schemas"]["SpotifyScopeMissing"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `SPOTIFY_RATE_LIMITED`; `SPOTIFY_UNAVAILABLE`; `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpotifyRateLimited"] | components["schemas"]["SpotifyUnavailable"] | components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetProfileReply"];
                };
            };
            401: components["responses"]["Unauthorized"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    connectPlatform: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectPlatformRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectPlatformReply"];
                };
            };
            /** @description `VALIDATION_FAILED`; `UNKNOWN_PLATFORM` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"] | components["schemas"]["UnknownPlatform"];
                };
            };
            401: components["responses"]["Unauthorized"];
            413: components["responses"]["ContentTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    completeConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompleteConnectionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompleteConnectionReply"];
                };
            };
            /** @description `VALIDATION_FAILED`; `UNKNOWN_PLATFORM`; `INVALID_STATE`; `AUTHORIZATION_FAILED` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"] | components["schemas"]["UnknownPlatform"] | components["schemas"]["InvalidState"] | components["schemas"]["AuthorizationFailed"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `SPOTIFY_SCOPE_MISSING` */
            409: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpotifyScopeMissing"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `SPOTIFY_RATE_LIMITED`; `SPOTIFY_UNAVAILABLE`; `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpotifyRateLimited"] | components["schemas"]["SpotifyUnavailable"] | components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    disconnectPlatform: {
        parameters: {
            query?: never;
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DisconnectPlatformRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DisconnectPlatformReply"];
                };
            };
            /** @description `VALIDATION_FAILED`; `UNKNOWN_PLATFORM` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"] | components["schemas"]["UnknownPlatform"];
                };
            };
            401: components["responses"]["Unauthorized"];
            413: components["responses"]["ContentTooLarge"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
    getCacheStats: {
        parameters: {
            query?: {
                window?: "1h" | "24h" | "7d";
            };
            header?: {
                /** @description The language of the messages, negotiated after RFC 9110: French or English */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetCacheStatsReply"];
                };
            };
            /** @description `VALIDATION_FAILED` */
            400: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    Vary: components["headers"]["Vary"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["No-Store"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationFailed"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            /** @description `STORAGE_UNAVAILABLE`; The function outlasted 30 s, or too many ran at once */
            503: {
                headers: {
                    "Content-Language": components["headers"]["Maybe-Content-Language"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Request-Id": components["headers"]["Maybe-X-Request-Id"];
                    "Cache-Control": components["headers"]["Maybe-No-Store"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageUnavailable"] | components["schemas"]["GatewayReply"];
                };
            };
        };
    };
}
