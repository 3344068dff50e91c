using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Whether the application uses the client's session, which shows in a cookie only while it is new: what it answers is then his.</summary>
internal sealed class SessionWatch
{
    private readonly HttpContext _context;
    private readonly Watched? _watched;

    /// <summary>Begins to watch, where sessions run before the cache.</summary>
    public SessionWatch(HttpContext context)
    {
        _context = context;
        if (context.Features.Get<ISessionFeature>() is { } outer) context.Features.Set<ISessionFeature>(_watched = new Watched(outer));
    }

    public bool IsUsed => _watched is not null ? _watched.IsUsed : _context.Features.Get<ISessionFeature>() is not null && HasSession();

    /// <summary>Leaves the session as it was.</summary>
    public void End()
    {
        if (_watched is not null) _context.Features.Set(_watched.Outer);
    }

    /// <summary>Whether the client brings one, where sessions run behind the cache and can't be watched.</summary>
    private bool HasSession() =>
        _context.Request.Cookies.ContainsKey(_context.RequestServices.GetRequiredService<IOptions<SessionOptions>>().Value.Cookie.Name ?? SessionDefaults.CookieName);

    private sealed class Watched(ISessionFeature outer) : ISessionFeature
    {
        public ISessionFeature Outer => outer;

        public bool IsUsed { get; private set; }

        public ISession Session
        {
            get
            {
                IsUsed = true;
                return outer.Session;
            }

            set => outer.Session = value;
        }
    }
}
