using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.AspNetCore.Edge.CloudFront;

/// <summary>AWS's signature of a request, version 4, for what is sent here: a path that needs no encoding, and no query.</summary>
internal static class AwsSigner
{
    /// <summary>Adds the headers <c>X-Amz-Date</c>, <c>X-Amz-Security-Token</c> where there is one, and <c>Authorization</c>.</summary>
    /// <param name="request">The request, its address absolute; of its own headers the content's type is signed.</param>
    /// <param name="body">Its body.</param>
    /// <param name="credentials">The access key, and the session token if there is one.</param>
    /// <param name="region">The service's region.</param>
    /// <param name="service">The service.</param>
    /// <param name="time">When it is sent.</param>
    public static void Sign(
        HttpRequestMessage request, ReadOnlySpan<byte> body, (string Id, string Secret, string? Token) credentials, string region, string service, DateTimeOffset time)
    {
        var moment = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var day = moment[..8];
        var address = request.RequestUri!;
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = address.Authority, ["x-amz-date"] = moment };
        if (credentials.Token is { } token) headers["x-amz-security-token"] = token;
        if (request.Content?.Headers.ContentType is { } type) headers["content-type"] = type.ToString();

        var names = string.Join(';', headers.Keys);
        var canonical = string.Join('\n',
            request.Method.Method, address.AbsolutePath, "", string.Concat(headers.Select(static h => $"{h.Key}:{h.Value}\n")), names, Hex(SHA256.HashData(body)));
        var scope = $"{day}/{region}/{service}/aws4_request";
        var signed = string.Join('\n', "AWS4-HMAC-SHA256", moment, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.Secret);
        foreach (var part in (string[])[day, region, service, "aws4_request"]) key = Mac(key, part);

        request.Headers.TryAddWithoutValidation("X-Amz-Date", moment);
        if (credentials.Token is not null) request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.Token);
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential={credentials.Id}/{scope}, SignedHeaders={names}, Signature={Hex(Mac(key, signed))}");
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
