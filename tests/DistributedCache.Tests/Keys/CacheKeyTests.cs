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
    [InlineData("\uD800")]
    [InlineData("a")]
    public void IsOwnIndex_OfADistributedName_IsFalse(string name) => Assert.False(CacheKey.IsOwnIndex(Index(name)));
}
