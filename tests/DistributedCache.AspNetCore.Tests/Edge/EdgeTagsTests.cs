using DistributedCache.AspNetCore.Edge.Tags;
using FsCheck;
using FsCheck.Xunit;

namespace DistributedCache.AspNetCore.Tests.Edge;

public class EdgeTagsTests
{
    [Theory]
    [InlineData("catalog")]
    [InlineData("product-42")]
    [InlineData("a.b_c")]
    [InlineData("a__b")]
    [InlineData("abcdefghijklmnopqrstuvwx")]
    [InlineData("a__0000000000000000")]
    [InlineData("12345678901234567890123456789012")]
    public void Of_PortableTag_StaysAsItIs(string tag) => Assert.Equal(tag, EdgeTags.Of("", tag));

    [Theory]
    [InlineData("", "product:42", "product.42__")]
    [InlineData("", "Catalog", "catalog__")]
    [InlineData("", "123456789012345678901234567890123", "12345678901234__")]
    [InlineData("", "größe", "gr..e__")]
    [InlineData("acme", "catalog", "catalog__")]
    public void Of_AnyOtherTag_IsReadableWithAHash(string tenant, string tag, string beginning)
    {
        var portable = EdgeTags.Of(tenant, tag);

        Assert.StartsWith(beginning, portable, StringComparison.Ordinal);
        Assert.Equal(beginning.Length + 16, portable.Length);
    }

    [Fact]
    public void Of_ProductTag_IsTheSameInEveryRelease() => Assert.Equal("product.42__vsela4lifar4r3ko", EdgeTags.Of("", "product:42"));

    [Fact]
    public void Of_TagThatIsAnothersPortableOne_IsAnother()
    {
        var hashed = EdgeTags.Of("acme", "catalog");

        Assert.NotEqual(hashed, EdgeTags.Of("", hashed));
    }

    [Theory]
    [InlineData("a", "b:c", "a:b", "c")]
    [InlineData("", "acme:x", "acme", "x")]
    [InlineData("t", "abcdefghijklmn:u:abcdefghijklmn", "t:abcdefghijklmn:u", "abcdefghijklmn")]
    public void Of_TenantsAndTagsThatReadAlike_Differ(string tenant, string tag, string otherTenant, string otherTag) =>
        Assert.NotEqual(EdgeTags.Of(tenant, tag), EdgeTags.Of(otherTenant, otherTag));

    [Property(MaxTest = 500)]
    public bool Of_AnyTag_IsPortable(string? tenant, NonEmptyString tag) => EdgeTags.IsPortable(EdgeTags.Of(tenant ?? "", tag.Get));

    [Property(MaxTest = 500)]
    public bool Of_TwoTags_AreOneOnlyIfTheyAreTheSame(string? tenant, NonEmptyString tag, string? otherTenant, NonEmptyString otherTag)
    {
        var isSame = (tenant ?? "", tag.Get) == (otherTenant ?? "", otherTag.Get);

        return isSame == (EdgeTags.Of(tenant ?? "", tag.Get) == EdgeTags.Of(otherTenant ?? "", otherTag.Get));
    }

    [Property(MaxTest = 200)]
    public bool Of_ManyTags_AreAllOfThemOrNone(NonEmptyString[] tags)
    {
        var distinct = tags.Select(static tag => tag.Get).Distinct(StringComparer.Ordinal).ToArray();
        var portable = EdgeTags.Of("", distinct);

        return distinct.Length > EdgeTags.MaximumCount ? portable is null : portable!.Count == distinct.Length;
    }

    [Fact]
    public void Of_SameTagTwice_IsOne() => Assert.Equal(["a", "b"], EdgeTags.Of("", ["a", "b", "a"]));

    [Fact]
    public void Of_AsManyTagsAsFit_AreAllThere() => Assert.Equal(32, EdgeTags.Of("", Enumerable.Range(0, 32).Select(static i => $"tag-{i}"))!.Count);

    [Fact]
    public void Of_AsManyTagsAsFitAndOneAgain_AreAllThere() =>
        Assert.Equal(32, EdgeTags.Of("", Enumerable.Range(0, 33).Select(static i => $"tag-{i % 32}"))!.Count);

    [Fact]
    public void Of_OneTagTooMany_IsNone() => Assert.Null(EdgeTags.Of("", Enumerable.Range(0, 33).Select(static i => $"tag-{i}")));
}
