using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Consistency;

/// <summary>Tells the next node what a client has written: a short-lived cookie with the token, protected so that nobody makes nodes
/// wait for what never was.</summary>
internal sealed class TokenCookie(IDataProtectionProvider protection, TimeSpan lifetime, ILogger log)
{
    public const string Name = "tiered-cache-token";

    private readonly IDataProtector _protector = protection.CreateProtector("DistributedCache.ConsistencyToken");
    private int _isUnreadableKnown;

    /// <summary>The token the client brings; false where it brings none that can be read.</summary>
    public bool TryRead(HttpRequest request, out ConsistencyToken token)
    {
        token = default;
        if (lifetime == TimeSpan.Zero) return false;

        // Parsing cookies costs more than a hit; few requests come after a write.
        var fields = request.Headers.Cookie;
        if (fields.Count == 0 || !fields.ToString().Contains(Name, StringComparison.Ordinal)) return false;
        if (!request.Cookies.TryGetValue(Name, out var text) || string.IsNullOrEmpty(text)) return false;
        try
        {
            return ConsistencyToken.TryParse(_protector.Unprotect(text), provider: null, out token) && !token.IsEmpty;
        }
        catch (CryptographicException exception)
        {
            // Nodes that share no key ring, or somebody who tries: said once, since the first is a fault that breaks the promise.
            if (Interlocked.Exchange(ref _isUnreadableKnown, 1) == 0) log.CookieUnreadable(Name, exception);
            return false;
        }
    }

    /// <summary>Gives the client the token of what it has just written, and of what it brought.</summary>
    public void Write(HttpContext context, ConsistencyToken written)
    {
        if (written.IsEmpty || lifetime == TimeSpan.Zero) return;
        if (TryRead(context.Request, out var brought)) written = written.Merge(brought);
        context.Response.Cookies.Append(Name, _protector.Protect(written.ToString()), new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = lifetime,
            Path = context.Request.PathBase.HasValue ? context.Request.PathBase.Value : "/",
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
        });
    }
}
