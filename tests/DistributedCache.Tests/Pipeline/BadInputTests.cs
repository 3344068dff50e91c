namespace DistributedCache.Tests.Pipeline;

/// <summary>Every operation refuses what is no key, tag, prefix or lifetime, by name and with the limit.</summary>
public class BadInputTests
{
    private static readonly string[] Keyed =
        ["GetOrCreate", "GetOrCreateSpan", "GetOrCreateEntry", "Get", "Set", "Remove", "Expire", "GetMany", "GetOrCreateMany", "SetMany", "RemoveMany"];

    private static readonly string[] Tagged = ["GetOrCreate", "GetOrCreateEntry", "Set", "GetOrCreateMany", "SetMany"];

    private static readonly (string? Text, string? Says)[] BadTexts =
    [
        (null, null), ("", "1,024"), (new string('k', 1_025), "1,024"), ("a\nb", "U+000A"), ("\0", "U+0000"), ("a\u0085", "U+0085"), ("\ud800", "U+D800"), ("x\udc00y", "U+DC00"),
    ];

    public static TheoryData<string, string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, int>();
            for (var i = 0; i < BadTexts.Length; i++)
            {
                foreach (var method in Keyed) cases.Add(method, "key", i);
                foreach (var method in Tagged) cases.Add(method, "tags", i);
                cases.Add("RemoveByTag", "tag", i);
                cases.Add("RemoveByPrefix", "prefix", i);
                cases.Add("ForTenant", "tenant", i);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task EveryMethod_BadText_IsRefusedByNameAndLimit(string method, string argument, int text)
    {
        await using var node = TestCache.Make();
        var (bad, says) = BadTexts[text];
        if (bad is null && method == "GetOrCreateSpan") return;
        var fault = await Assert.ThrowsAnyAsync<ArgumentException>(() => CallAsync(
            node.Cache, method, argument == "key" ? bad : "k", argument == "tags" ? [bad!] : null, bad, null));
        Assert.Contains(argument, fault.ParamName, StringComparison.Ordinal);
        Assert.Contains($"'{argument}'", fault.Message, StringComparison.Ordinal);
        if (says is not null) Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await node.Cache.Find<int>("k")).Value);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("user*")]
    [InlineData("us*er:")]
    [InlineData("*")]
    [InlineData("a:b:c:d:e:f:g:h:i:")]
    public async Task RemoveByPrefixAsync_NotWholeSegments_IsRefused(string prefix)
    {
        await using var node = TestCache.Make();
        var fault = await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.RemovePrefix(prefix));
        Assert.Contains(prefix, fault.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> OptionCases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var method in new[] { "GetOrCreate", "GetOrCreateEntry", "Get", "Set", "GetMany", "GetOrCreateMany", "SetMany" })
            {
                foreach (var option in new[] { "Duration", "Duration0", "DurationLong", "LocalDuration", "Sliding", "StaleFor", "LocalSize", "Profile" }) cases.Add(method, option);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(OptionCases))]
    public async Task EveryMethod_BadOption_IsRefusedByNameValueAndLimit(string method, string option)
    {
        await using var node = TestCache.Make();
        var negative = TimeSpan.FromSeconds(-3);
        var (options, value) = option switch
        {
            "Duration" => (new TieredCacheEntryOptions { Duration = negative }, "-00:00:03"),
            "Duration0" => (new() { Duration = TimeSpan.Zero }, "00:00:00"),
            "DurationLong" => (new() { Duration = TimeSpan.FromDays(31) }, "31.00:00:00"),
            "LocalDuration" => (new() { LocalDuration = negative }, "-00:00:03"),
            "Sliding" => (new() { Sliding = negative }, "-00:00:03"),
            "StaleFor" => (new() { StaleFor = negative }, "-00:00:03"),
            "LocalSize" => (new() { LocalSize = -1 }, "-1"),
            _ => (new() { Profile = "nobody" }, "nobody"),
        };
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => CallAsync(node.Cache, method, "some-key", null, null, options));
        Assert.Contains(option.TrimEnd('0').Replace("Long", "", StringComparison.Ordinal), fault.Message, StringComparison.Ordinal);
        Assert.Contains(value, fault.Message, StringComparison.Ordinal);
        Assert.Contains("some-key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryMethod_NullFactoryOrCollection_IsRefused()
    {
        await using var node = TestCache.Make();
        var stop = TestContext.Current.CancellationToken;
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.GetOrCreateAsync<int>("k", null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.GetOrCreateAsync<int, int>("k", 0, null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.GetOrCreateEntryAsync<int>("k", null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.GetOrCreateManyAsync<int>(["k"], null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.GetManyAsync<int>(null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.SetManyAsync<int>(null!, cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Cache.RemoveManyAsync(null!, stop));
    }

    [Fact]
    public async Task Key_AtTheLimits_IsTaken()
    {
        await using var node = TestCache.Make();
        foreach (var key in new[] { " ", new string('k', 1_024), "käse:🧀", "a:b:c:d:e:f:g:h:i:j", "::", "*", "{x}" })
        {
            Assert.Equal(1, await node.Cache.Load(key, 1, null, key));
            Assert.True((await node.Cache.Find<int>(key)).HasValue);
            await node.Cache.RemoveTag(key);
            Assert.False((await node.Cache.Find<int>(key)).HasValue);
        }
    }

    private static async Task CallAsync(ITieredCache cache, string method, string? key, string[]? tags, string? text, TieredCacheEntryOptions? options)
    {
        var stop = TestContext.Current.CancellationToken;
        switch (method)
        {
            case "GetOrCreate": await cache.GetOrCreateAsync(key!, (_, _) => ValueTask.FromResult(1), options, tags, stop); break;
            case "GetOrCreateSpan": await cache.GetOrCreateAsync(key.AsSpan(), (_, _) => ValueTask.FromResult(1), options, tags, stop); break;
            case "GetOrCreateEntry": await cache.GetOrCreateEntryAsync(key!, (_, _) => ValueTask.FromResult(1), options, tags, stop); break;
            case "Get": await cache.GetAsync<int>(key!, options, stop); break;
            case "Set": await cache.SetAsync(key!, 1, options, tags, stop); break;
            case "Remove": await cache.RemoveAsync(key!, stop); break;
            case "Expire": await cache.ExpireAsync(key!, stop); break;
            case "GetMany": await cache.GetManyAsync<int>([key!], options, stop); break;
            case "GetOrCreateMany":
                await cache.GetOrCreateManyAsync<int>([key!], (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(k => k, _ => 1)), options, tags, stop);
                break;
            case "SetMany": await cache.SetManyAsync([KeyValuePair.Create(key!, 1)], options, tags, stop); break;
            case "RemoveMany": await cache.RemoveManyAsync([key!], stop); break;
            case "RemoveByTag": await cache.RemoveByTagAsync(text!, stop); break;
            case "RemoveByPrefix": await cache.RemoveByPrefixAsync(text!, stop); break;
            default: cache.ForTenant(text!); break;
        }
    }
}
