/** Calls every route of a running stack with the generated client, and looks at what was decoded. */
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import org.openapitools.client.apis.ArtistsApi
import org.openapitools.client.apis.CacheApi
import org.openapitools.client.apis.PlatformsApi
import org.openapitools.client.apis.ProfileApi
import org.openapitools.client.infrastructure.ApiClient
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.CompleteConnectionRequest
import org.openapitools.client.models.ConnectPlatformRequest
import org.openapitools.client.models.DisconnectPlatformRequest
import org.openapitools.client.models.Failure
import org.openapitools.client.models.ToggleArtistRequest

private fun given(name: String): String = System.getenv(name) ?: error("$name is not set")

private fun <T> decoded(what: String, call: () -> T): T = call().also { println("Kotlin decoded $what") }

/** The body of a failure: `Failure`, whatever its status. */
private fun failure(call: () -> Any): Failure =
    try {
        call()
        error("a failure was expected")
    } catch (exception: ClientException) {
        val body = (exception.response as ClientError<*>).body as String
        Serializer.moshi.adapter(Failure::class.java).fromJson(body)!!
    }

/** Through the consent page of the stand-in: what Spotify sends back. */
private fun consent(authorizationUrl: String): Pair<String, String> {
    val client = OkHttpClient.Builder().followRedirects(false).build()
    val page = "$authorizationUrl&approve=1&account=${given("ACCOUNT")}"
    val location = client.newCall(Request.Builder().url(page).build()).execute().use { it.header("location")!! }
    val back = location.toHttpUrl()
    return Pair(back.queryParameter("code")!!, back.queryParameter("state")!!)
}

fun main() {
    val url = given("API_URL")
    val artists = ArtistsApi(url)
    val platforms = PlatformsApi(url)

    ApiClient.accessToken = "none"
    val refused = decoded("what the gateway answers to a bad token") { failure { artists.getArtists() } }
    check(refused.error == null && refused.message != null)

    ApiClient.accessToken = given("TOKEN")
    val unconnected = decoded("PLATFORM_NOT_CONNECTED") { failure { artists.getArtists() } }
    check(unconnected.error?.code == "PLATFORM_NOT_CONNECTED")
    val invalid = decoded("VALIDATION_FAILED") { failure { artists.getArtists(limit = 0) } }
    check(invalid.error?.details?.single()?.field == "limit")

    val begun = decoded("connect") { platforms.connectPlatform(ConnectPlatformRequest("spotify")) }
    val (code, state) = consent(begun.data.authorizationUrl)
    val complete = CompleteConnectionRequest(platformSlug = "spotify", code = code, state = state)
    check(decoded("connect/complete") { platforms.completeConnection(complete) }.data.status == "connected")

    val page = decoded("a page") { artists.getArtists() }
    check(page.success && page.cacheStatus == "fresh" && page.warning == null && page.data.artists.size == 10)
    val toggle = ToggleArtistRequest(artistId = page.data.artists.first().id, selected = true)
    check(decoded("toggle") { artists.toggleArtist(toggle) }.data.selected)
    check(decoded("sync") { artists.syncArtists() }.data.newPlays >= 0)
    check(decoded("profile") { ProfileApi(url).getProfile() }.data.platforms.single().status == "connected")

    val request = Request.Builder().url("${given("SPOTIFY_URL")}/_control/accounts/${given("ACCOUNT")}")
    OkHttpClient().newCall(request.put("{\"mode\":\"revoked\"}".toRequestBody()).build()).execute().close()
    val old = decoded("an old page") { artists.getArtists() }
    check(old.cacheStatus == "fallback_revoked" && old.warningCode == "SPOTIFY_TOKEN_REVOKED" && old.warning != null)

    val end = decoded("disconnect") { platforms.disconnectPlatform(DisconnectPlatformRequest("spotify")) }
    check(end.data.status == "disconnected")
    val empty = decoded("a profile without a list") { ProfileApi(url).getProfile() }
    check(empty.data.artists == null && empty.data.platforms.single().connectedAt == null)

    ApiClient.accessToken = given("OPERATOR_TOKEN")
    check(decoded("statistics") { CacheApi(url).getCacheStats() }.data.requests >= 0)
}
