using System.Text;
using DistributedCache.Keys;

namespace DistributedCache.Tests.Keys;

public class CacheKeyTests
{
    private static string Index(string name) => CacheKey.IndexOf(KeyKind.Distributed, "", name);

    [Fact]
    public void IndexOf_DistributedNamesOfAnyCharacters_AreApartInUtf8()
    {
        string[] halves = ["", "a", "\uD800", "\uD801", "\uDC00", "\uFFFD", "é", "e\u0301", "\0", "\u0001", "\u0004", "00D8", "😀", "D800"];
        string[] names = [.. from a in halves from b in halves from c in halves select a + b + c];
        foreach (var same in names.Distinct(StringComparer.Ordinal).GroupBy(name => Convert.ToHexString(Encoding.UTF8.GetBytes(Index(name)))))
            Assert.Single(same);
    }

    [Theory]
    [InlineData(false, "", "a:b")]
    [InlineData(false, "acme", "a:b")]
    [InlineData(true, "", "a")]
    [InlineData(true, "", "\u0001")]
    [InlineData(true, "", "")]
    public void TryParse_AnIndex_IsWhatItWasMadeOf(bool isDistributed, string tenant, string name)
    {
        var kind = isDistributed ? KeyKind.Distributed : KeyKind.Cached;
        Assert.True(CacheKey.TryParse(CacheKey.IndexOf(kind, tenant, name), out var readKind, out var readTenant, out var readName));
        Assert.Equal((kind, tenant, name), (readKind, readTenant, readName));
    }

    [Fact]
    public void TryParse_WhatIsNoKeys_IsFalse()
    {
        var key = new CacheKey(KeyKind.Cached, "", "a", "a", "1", 0);
        Assert.False(CacheKey.TryParse(key.RenewalIndex, out _, out _, out _));
        Assert.False(CacheKey.TryParse(Index("\uD800"), out _, out _, out _));
        Assert.False(CacheKey.TryParse("", out _, out _, out _));
    }

    [Theory]
    [InlineData("\uD800")]
    [InlineData("a")]
    public void IsOwnIndex_OfADistributedName_IsFalse(string name) => Assert.False(CacheKey.IsOwnIndex(Index(name)));
}
