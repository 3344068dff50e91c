using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Comparison;

/// <summary>Every cell of the table in docs/response-caching.md, as the three caches really do.</summary>
public class ComparisonTests
{
    private static readonly string[] Kinds = ["ResponseCaching", "OutputCaching", "this"];

    private static readonly Dictionary<string, Func<string, Task<string>>> Points = new()
    {
        ["a response that says nothing of caching"] = kind => StoredAsync(kind, static _ => { }),
        ["`Cache-Control: public, max-age=60`"] = kind => StoredAsync(kind, static h => h.CacheControl = "public, max-age=60"),
        ["`no-store` in the response"] = kind => StoredAsync(kind, static h => h.CacheControl = "no-store"),
        ["`private` in the response"] = kind => StoredAsync(kind, static h => h.CacheControl = "private, max-age=60"),
        ["`Set-Cookie` in the response"] = kind => StoredAsync(kind, static h => (h.CacheControl, h.SetCookie) = ("public, max-age=60", "id=1")),
        ["`Authorization`, and a response for all (`public`)"] = kind => StoredAsync(kind, static h => h.CacheControl = "public, max-age=60", [("Authorization", "Bearer x")]),
        ["a user logged in by cookie, nothing else said"] = kind => StoredAsync(kind, static h => h.CacheControl = "public, max-age=60", before: SignIn),
        ["`Vary` of the response"] = VaryAsync,
        ["`no-cache` in the request"] = NoCacheAsync,
        ["`only-if-cached` in the request"] = OnlyIfCachedAsync,
        ["304 by the application's `ETag`"] = kind => NotModifiedAsync(kind, "\"v1\""),
        ["304 where the application gives no validator"] = kind => NotModifiedAsync(kind, null),
        ["`Range` from a stored response"] = RangeAsync,
        ["HEAD from a stored GET"] = HeadAsync,
        ["`stale-if-error`"] = StaleIfErrorAsync,
        ["many misses at once run the endpoint"] = CoalescedAsync,
        ["the first of them fails"] = LeaderFailsAsync,
        ["evict by tag"] = EvictAsync,
        ["made before an eviction, stored after it"] = EvictWhileRunningAsync,
        ["a successful PUT of the target"] = PutAsync,
        ["says what it did"] = StatusAsync,
    };

    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (var point in Points.Keys)
            {
                foreach (var kind in Kinds) cells.Add(point, kind);
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Cell_OfTheTable_IsWhatHappens(string point, string kind)
    {
        var row = Assert.Single(Rows(), row => row[0] == point);

        Assert.Equal(row[1 + Array.IndexOf(Kinds, kind)], await Points[point](kind));
    }

    [Fact]
    public void Rows_OfTheTable_AreAllTested() => Assert.Equal(Points.Keys, Rows().Select(static row => row[0]));

    private static string[][] Rows()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "DistributedCache.sln"))) root = Path.GetDirectoryName(root)!;
        return [.. File.ReadLines(Path.Combine(root, "docs", "response-caching.md"))
            .SkipWhile(static line => !line.StartsWith("| | ResponseCaching | OutputCaching |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
    }

    private static async Task<string> StoredAsync(
        string kind, Action<IHeaderDictionary> say, (string, string)[]? headers = null, Action<WebApplication>? before = null)
    {
        await using var app = await CountingAsync(kind, say, before);
        await app.GetAsync(headers ?? []);
        return (await app.GetAsync(headers ?? [])).Body == "1" ? "stored" : "not stored";
    }

    private static void SignIn(WebApplication app) => app.Use(static (context, next) =>
    {
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "cookie"));
        return next(context);
    });

    private static async Task<string> VaryAsync(string kind)
    {
        await using var app = await Contender.StartAsync(kind, static context =>
        {
            (context.Response.Headers.CacheControl, context.Response.Headers.Vary) = ("public, max-age=60", "Accept-Language");
            return context.Response.WriteAsync(context.Request.Headers.AcceptLanguage.ToString());
        });
        await app.GetAsync(("Accept-Language", "de"));
        return (await app.GetAsync(("Accept-Language", "en"))).Body == "en" ? "heeded" : "the other client's language";
    }

    private static async Task<string> NoCacheAsync(string kind)
    {
        await using var app = await CountingAsync(kind, Fresh);
        await app.GetAsync();
        return (await app.GetAsync(("Cache-Control", "no-cache"))).Body == "2" ? "heeded" : "ignored";
    }

    private static async Task<string> OnlyIfCachedAsync(string kind)
    {
        await using var app = await CountingAsync(kind, Fresh);
        return (await app.GetAsync(("Cache-Control", "only-if-cached"))).Status == StatusCodes.Status504GatewayTimeout ? "504" : "ignored";
    }

    private static async Task<string> NotModifiedAsync(string kind, string? tag)
    {
        await using var app = await CountingAsync(kind, headers => (headers.CacheControl, headers.ETag) = ("public, max-age=60", tag));
        await app.GetAsync();
        var etag = (await app.GetAsync())["ETag"];
        return etag.Length > 0 && (await app.GetAsync(("If-None-Match", etag))).Status == StatusCodes.Status304NotModified ? "yes" : "no";
    }

    private static async Task<string> RangeAsync(string kind)
    {
        await using var app = await Contender.StartAsync(kind, static context =>
        {
            Fresh(context.Response.Headers);
            return context.Response.WriteAsync("0123456789");
        });
        await app.GetAsync();
        return await app.GetAsync(("Range", "bytes=2-4")) is { Status: StatusCodes.Status206PartialContent, Body: "234" } ? "the part" : "the whole";
    }

    private static async Task<string> HeadAsync(string kind)
    {
        var runs = 0;
        await using var app = await Contender.StartAsync(kind, context =>
        {
            runs++;
            Fresh(context.Response.Headers);
            return context.Response.WriteAsync("a");
        });
        await app.GetAsync();
        await app.SendAsync(HttpMethod.Head);
        return runs == 1 ? "yes" : "runs the endpoint";
    }

    private static async Task<string> StaleIfErrorAsync(string kind)
    {
        var runs = 0;
        await using var app = await Contender.StartAsync(kind, context =>
        {
            if (runs++ > 0) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;

            // Made ten seconds ago: it is over already when it comes.
            context.Response.Headers.Date = TimeProvider.System.GetUtcNow().AddSeconds(-10).ToString("R", CultureInfo.InvariantCulture);
            context.Response.Headers.CacheControl = "public, max-age=5, stale-if-error=60";
            return context.Response.WriteAsync("a");
        });
        await app.GetAsync();

        // It does not look at how long a response says that it is fresh.
        if (kind == "OutputCaching") await app.EvictAsync("a");
        return (await app.GetAsync()).Status == StatusCodes.Status200OK ? "the stale response" : "the error";
    }

    private static async Task<string> CoalescedAsync(string kind)
    {
        var runs = 0;
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await Contender.StartAsync(kind, async context =>
        {
            Interlocked.Increment(ref runs);
            entered.TrySetResult();
            await release.Task;
            Fresh(context.Response.Headers);
            await context.Response.WriteAsync("a");
        });
        var first = app.GetAsync();
        await entered.Task;
        var others = Enumerable.Range(0, 4).Select(_ => app.GetAsync()).ToArray();

        // Whatever does not wait for the first has run by itself when these were asked again.
        if (kind == "ResponseCaching") await Redis.Tests.Servers.Poll.UntilAsync(() => Task.FromResult(Volatile.Read(ref runs) == 5), static () => "They waited.");
        release.SetResult();
        await Task.WhenAll([first, .. others]);
        return runs == 1 ? "once" : "each";
    }

    private static async Task<string> LeaderFailsAsync(string kind)
    {
        var (runs, entries) = (0, 0);
        var (entered, joined, release) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await Contender.StartAsync(
            kind,
            async context =>
            {
                if (Interlocked.Increment(ref runs) > 1)
                {
                    Fresh(context.Response.Headers);
                    await context.Response.WriteAsync("a");
                    return;
                }

                entered.SetResult();
                await release.Task;
                throw new InvalidOperationException("first");
            },
            app => app.Use(async (context, next) =>
            {
                try
                {
                    // The cache's task is there when it waits for the first one's run, or when it is done.
                    var running = next(context);
                    if (Interlocked.Increment(ref entries) == 2) joined.SetResult();
                    await running;
                }
                catch (InvalidOperationException)
                {
                    context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                }
            }));

        // One after the other: of two that look at once, OutputCaching lets the second wait for the first one's look before it joins the run.
        var first = app.GetAsync();
        await entered.Task;
        var second = app.GetAsync();
        await joined.Task;
        release.SetResult();
        var answers = await Task.WhenAll(first, second);
        return answers.Count(static answer => answer.Status == StatusCodes.Status200OK) == 1 ? "the others run their own" : "all get its 500";
    }

    private static async Task<string> EvictAsync(string kind)
    {
        await using var app = await CountingAsync(kind, Fresh);
        await app.GetAsync();
        return !await app.EvictAsync("a") ? "no" : (await app.GetAsync()).Body == "2" ? "yes" : "kept";
    }

    private static async Task<string> EvictWhileRunningAsync(string kind)
    {
        var runs = 0;
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await Contender.StartAsync(kind, async context =>
        {
            var run = Interlocked.Increment(ref runs);
            entered.TrySetResult();
            await release.Task;
            Fresh(context.Response.Headers);
            await context.Response.WriteAsync(run.ToString(CultureInfo.InvariantCulture));
        });
        var slow = app.GetAsync();
        await entered.Task;
        var evicts = await app.EvictAsync("a");
        release.SetResult();
        await slow;
        return !evicts ? "no eviction" : (await app.GetAsync()).Body == "2" ? "not served again" : "served until it expires";
    }

    private static async Task<string> PutAsync(string kind)
    {
        await using var app = await CountingAsync(kind, Fresh);
        await app.GetAsync();
        await app.SendAsync(HttpMethod.Put);
        return (await app.GetAsync()).Body == "2" ? "invalidates it" : "changes nothing";
    }

    private static async Task<string> StatusAsync(string kind)
    {
        await using var app = await CountingAsync(kind, Fresh);
        await app.GetAsync();
        var hit = await app.GetAsync();
        return hit["Cache-Status"].Length > 0 ? "`Cache-Status`, `Age`" : hit["Age"].Length > 0 ? "`Age`" : "nothing";
    }

    private static void Fresh(IHeaderDictionary headers) => headers.CacheControl = "public, max-age=60";

    private static Task<Contender> CountingAsync(string kind, Action<IHeaderDictionary> say, Action<WebApplication>? before = null)
    {
        var runs = 0;
        return Contender.StartAsync(
            kind,
            context =>
            {
                say(context.Response.Headers);
                return context.Response.WriteAsync(Interlocked.Increment(ref runs).ToString(CultureInfo.InvariantCulture));
            },
            before);
    }
}
