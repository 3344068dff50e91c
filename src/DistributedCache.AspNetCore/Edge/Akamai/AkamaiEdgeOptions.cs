namespace DistributedCache.AspNetCore;

/// <summary>Akamai, by Fast Purge with EdgeGrid credentials.</summary>
public sealed class AkamaiEdgeOptions
{
    /// <summary>Where the credentials' API is: <c>https://akab-….luna.akamaiapis.net</c>. Required.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The credentials' client token. Required.</summary>
    public string ClientToken { get; set; } = "";

    /// <summary>The credentials' client secret. Required; a secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The credentials' access token. Required.</summary>
    public string AccessToken { get; set; } = "";

    /// <summary>Whether what is purged is invalidated, so that it is revalidated and may be served where its origin fails, and not deleted.
    /// Default: false.</summary>
    public bool Soft { get; set; }

    /// <summary>Whether Akamai's staging network is purged, and not its production network. Default: false.</summary>
    public bool Staging { get; set; }
}
