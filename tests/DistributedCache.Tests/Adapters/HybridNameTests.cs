using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Tests.Adapters;

/// <summary>No key and no tag makes a call fail that HybridCache would carry out: where there can be no entry, the factory runs.</summary>
public class HybridNameTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string?> BadKeys => [(string?)null, "", "  ", "a\u0000b", "a\u001fb", "tab\t", "a\ud800b", new string('k', 1025), "\u0001key", "\u0002t\u0002key", "\u0003x"];

    [Theory, MemberData(nameof(BadKeys))]
    public async Task GetOrCreateAsync_BadKey_RunsItsFactoryEachTime(string? key)
    {
        await using var node = TestCache.Make();
        var calls = 0;
        for (var i = 0; i < 2; i++)
            Assert.Equal("v", await node.Hybrid().GetOrCreateAsync(key!, _ => ValueTask.FromResult($"v{calls++}"[..1]), cancellationToken: Ct));
        Assert.Equal("v", await node.Hybrid().GetOrCreateAsync(key.AsSpan(), _ => ValueTask.FromResult($"v{calls++}"[..1]), cancellationToken: Ct));
        Assert.Equal(3, calls);
        var none = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        Assert.Null(await node.Hybrid().GetOrCreateAsync(key!, _ => ValueTask.FromResult("v"), none, cancellationToken: Ct));
    }

    [Theory, MemberData(nameof(BadKeys))]
    public async Task SetAndRemove_BadKey_DoNothing(string? key)
    {
        if (key is null) return;
        await using var node = TestCache.Make();
        await node.Hybrid().SetAsync("good", "v", cancellationToken: Ct);
        await node.Hybrid().SetAsync(key, "v", cancellationToken: Ct);
        await node.Hybrid().RemoveAsync(key, Ct);
        await node.Hybrid().RemoveAsync([key, "good"], Ct);
        Assert.Equal("new", await node.Hybrid().GetOrCreateAsync("good", _ => ValueTask.FromResult("new"), cancellationToken: Ct));
    }

    [Fact]
    public async Task SetAndRemove_NullKey_Throw()
    {
        await using var node = TestCache.Make();
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Hybrid().SetAsync(null!, 1, cancellationToken: Ct));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Hybrid().RemoveAsync((string)null!, Ct));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await node.Hybrid().RemoveAsync(["a", null!], Ct));
        await node.Hybrid().RemoveAsync((IEnumerable<string>)null!, Ct);
        await node.Hybrid().RemoveByTagAsync((IEnumerable<string>)null!, Ct);
    }

    /// <summary>The names under which L1 keeps what came another way are no keys: whoever asks for one is served nothing of it.</summary>
    [Fact]
    public async Task GetOrCreateAsync_KeyLikeAnotherKindsIndex_IsNotServedThat()
    {
        await using var node = TestCache.Make();
        await node.Cache.ForTenant("acme").SetAsync("secret", "tenant's", cancellationToken: Ct);
        Assert.Equal("tenant's", (await node.Cache.ForTenant("acme").GetAsync<string>("secret", cancellationToken: Ct)).Value);
        await node.Distributed().SetAsync("secret", "\"session\""u8.ToArray(), new(), Ct);
        Assert.NotNull(await node.Distributed().GetAsync("secret", Ct));
        Assert.Equal("own", await node.Hybrid().GetOrCreateAsync("\u0002acme\u0002secret", _ => ValueTask.FromResult("own"), cancellationToken: Ct));
        Assert.Equal("own", await node.Hybrid().GetOrCreateAsync("\u0001secret", _ => ValueTask.FromResult("own"), cancellationToken: Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.GetOrCreateAsync("\u0002acme\u0002secret", (_, _) => ValueTask.FromResult("own"), cancellationToken: Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.GetOrCreateAsync("\u0001secret".AsSpan(), (_, _) => ValueTask.FromResult("own"), cancellationToken: Ct));
    }

    [Theory, InlineData(null), InlineData(""), InlineData(" "), InlineData("*")]
    public async Task GetOrCreateAsync_TagThatIsNone_Throws(string? tag)
    {
        await using var node = TestCache.Make();
        string[] tags = ["good", tag!];
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await node.Hybrid().GetOrCreateAsync("k", _ => ValueTask.FromResult(1), tags: tags, cancellationToken: Ct));
        Assert.Equal("tags", refused.ParamName);
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Hybrid().SetAsync("k", 1, tags: tags, cancellationToken: Ct));
    }

    // No inline data, which is UTF-8: a lone surrogate would become another character.
    public static TheoryData<string> BadTags => ["a\u0001", "\ud800", new string('t', 1025)];

    [Theory, MemberData(nameof(BadTags))]
    public async Task GetOrCreateAsync_TagThatNoEntryCanHave_RunsItsFactoryEachTime(string tag)
    {
        await using var node = TestCache.Make();
        await node.Hybrid().SetAsync("k", "old", cancellationToken: Ct);
        await node.Hybrid().SetAsync("k", "new", tags: [tag], cancellationToken: Ct);
        var calls = 0;
        for (var i = 0; i < 2; i++)
            Assert.Equal("loaded", await node.Hybrid().GetOrCreateAsync("k", _ => ValueTask.FromResult(calls++ < 9 ? "loaded" : ""), tags: [tag], cancellationToken: Ct));
        Assert.Equal(2, calls);
        await node.Hybrid().RemoveByTagAsync(tag, Ct);
    }

    [Theory, InlineData(null), InlineData(""), InlineData(" ")]
    public async Task RemoveByTagAsync_TagThatIsNone_DoesNothing(string? tag)
    {
        await using var node = TestCache.Make();
        await node.Hybrid().SetAsync("k", "v", tags: ["t"], cancellationToken: Ct);
        await node.Hybrid().RemoveByTagAsync(tag!, Ct);
        await node.Hybrid().RemoveByTagAsync([tag!], Ct);
        Assert.Equal("v", await node.Hybrid().GetOrCreateAsync("k", _ => ValueTask.FromResult("other"), cancellationToken: Ct));
    }

    [Fact]
    public async Task GetOrCreateAsync_PrimaryKeyWithTags_IgnoresThem()
    {
        await using var node = TestCache.Make(o => o.Profiles["session"] = new TieredCacheProfile { Keys = ["session:"] });
        await node.Hybrid().SetAsync("session:1", "v", tags: ["t", "bad\u0001"], cancellationToken: Ct);
        await node.Hybrid().RemoveByTagAsync(["t", "*"], Ct);
        Assert.Equal("v", await node.Hybrid().GetOrCreateAsync("session:1", _ => ValueTask.FromResult("other"), tags: ["t"], cancellationToken: Ct));
    }
}
