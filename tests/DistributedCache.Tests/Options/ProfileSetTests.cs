using DistributedCache.Profiles;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.TieredOptions;

public class ProfileSetTests
{
    /// <summary>Few letters, so that prefixes overlap and keys meet them.</summary>
    private static Arbitrary<string[]> Words { get; } = Gen.Elements('a', 'b', ':', '\u00e9', '\u4e2d')
        .ArrayOf().Select(letters => new string([.. letters.Take(6)])).ArrayOf().ToArbitrary();

    [Property(MaxTest = 1000)]
    public Property For_AnyKey_FindsWhatANaiveSearchFinds() => Prop.ForAll(Words, Words, (prefixes, keys) =>
    {
        var distinct = prefixes.Where(prefix => prefix.Length > 0).Distinct().ToArray();
        var set = Sets.Of([.. distinct.Select((prefix, i) => ($"p{i}", new TieredCacheProfile { Keys = [prefix] }))]);
        return keys.All(key =>
        {
            var longest = distinct.Where(prefix => key.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length);
            var found = set.For(key);
            return longest is null ? found == set.Default : found.Keys.Single() == longest;
        });
    });

    [Theory]
    [InlineData("product:1", "goods")]
    [InlineData("product:", "goods")]
    [InlineData("product", "Default")]
    [InlineData("product:hot:1", "hot")]
    [InlineData("Product:1", "Default")]
    [InlineData("category:1", "goods")]
    [InlineData("", "Default")]
    public void For_Key_IsTheLongestPrefixElseDefault(string key, string expected)
    {
        var set = Sets.Of(("goods", new() { Keys = ["product:", "category:"] }), ("hot", new() { Keys = ["product:hot:"] }));

        Assert.Equal(expected, set.For(key).Name);
    }

    [Fact]
    public void For_NoPrefixAtAll_IsDefault()
    {
        var set = Sets.Of();

        Assert.Same(set.Default, set.For("product:1"));
    }

    [Fact]
    public void For_Key_AllocatesNothing()
    {
        var set = Sets.Of(("goods", new() { Keys = ["product:", "category:"] }), ("hot", new() { Keys = ["product:hot:"] }));
        set.For("product:1");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) set.For("product:1".AsSpan());

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void TryGet_Name_IgnoresCase()
    {
        var set = Sets.Of(("goods", new()));

        Assert.True(set.TryGet("GOODS", out var goods));
        Assert.Equal("goods", goods.Name);
        Assert.True(set.TryGet("default", out var found));
        Assert.Same(set.Default, found);
        Assert.False(set.TryGet("bads", out _));
    }

    [Fact]
    public void All_Profiles_RiseByIndexFromDefault()
    {
        var set = Sets.Of(("zeta", new()), ("alpha", new()));

        Assert.Equal(["Default", "IDistributedCache", "alpha", "zeta"], set.All.Select(profile => profile.Name));
        Assert.Equal([0, 1, 2, 3], set.All.Select(profile => profile.Index));
    }

    [Theory]
    [InlineData(false, null, null, true)]
    [InlineData(false, null, "1.2.3", true)]
    [InlineData(false, null, "2", false)]
    [InlineData(false, false, null, false)]
    [InlineData(true, null, null, false)]
    public void SameHome_OtherProfile_ComparesPrimaryVersionedAndVersion(bool primary, bool? versioned, string? version, bool expected)
    {
        var set = Sets.Of(("other", new() { Primary = primary, Versioned = versioned, Version = version }));
        Assert.True(set.TryGet("other", out var other));

        Assert.Equal(expected, other.SameHome(set.Default));
        Assert.Equal(expected, set.Default.SameHome(other));
    }

    [Theory]
    [InlineData(1L, 1L)]
    [InlineData(TimeSpan.TicksPerMillisecond, 1L)]
    [InlineData(TimeSpan.TicksPerMillisecond + 1, 2L)]
    [InlineData(0L, 0L)]
    public void Milliseconds_LessThanOne_IsNotNone(long ticks, long expected) =>
        Assert.Equal(expected, ResolvedProfile.Milliseconds(TimeSpan.FromTicks(ticks)));
}
