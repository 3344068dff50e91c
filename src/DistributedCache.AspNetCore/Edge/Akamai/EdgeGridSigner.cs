using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.AspNetCore.Edge.Akamai;

/// <summary>Akamai's signature of a request, EG1-HMAC-SHA256.</summary>
internal static class EdgeGridSigner
{
    /// <summary>The value of the Authorization header.</summary>
    /// <param name="options">The credentials.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="address">Its address.</param>
    /// <param name="body">A POST's body, up to the 128 KB that are signed.</param>
    /// <param name="time">When it is sent.</param>
    /// <param name="nonce">A value of its own.</param>
    public static string Sign(AkamaiEdgeOptions options, string method, Uri address, ReadOnlySpan<byte> body, DateTimeOffset time, string nonce)
    {
        var timestamp = time.UtcDateTime.ToString("yyyyMMdd'T'HH:mm:ss'+0000'", CultureInfo.InvariantCulture);
        var header = $"EG1-HMAC-SHA256 client_token={options.ClientToken};access_token={options.AccessToken};timestamp={timestamp};nonce={nonce};";
        var hash = method == "POST" && body.Length > 0 ? Convert.ToBase64String(SHA256.HashData(body)) : "";
        var signed = string.Join('\t', method, address.Scheme, address.Authority, address.PathAndQuery, "", hash, header);
        var key = Mac(Encoding.UTF8.GetBytes(options.ClientSecret), timestamp);
        return $"{header}signature={Mac(Encoding.UTF8.GetBytes(key), signed)}";
    }

    private static string Mac(byte[] key, string text) => Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
