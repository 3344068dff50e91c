using DistributedCache.Keys;

namespace DistributedCache.Tests.Keys;

public class KeyPrefixesTests
{
    [Theory]
    [InlineData("user:42:cart", new[] { "user:", "user:42:" })]
    [InlineData("user:42", new[] { "user:" })]
    [InlineData("user:42:", new[] { "user:", "user:42:" })]
    [InlineData("user", new string[0])]
    [InlineData("", new string[0])]
    [InlineData("::a", new[] { ":", "::" })]
    public void Enumerate_Key_YieldsItsClosedSegmentsShortestFirst(string key, string[] prefixes) =>
        Assert.Equal(prefixes, Of(key));

    [Fact]
    public void Enumerate_DeepKey_StopsAtTheEighth()
    {
        var prefixes = Of("1:2:3:4:5:6:7:8:9:10");
        Assert.Equal(8, prefixes.Count);
        Assert.Equal("1:2:3:4:5:6:7:8:", prefixes[^1]);
    }

    [Fact]
    public void Enumerate_Key_AllocatesNothing()
    {
        var length = 0;
        Sum();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sum();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2 * (5 + 8), length);

        void Sum()
        {
            foreach (var prefix in new KeyPrefixes("user:42:cart"))
                length += prefix.Length;
        }
    }

    internal static List<string> Of(string key)
    {
        var prefixes = new List<string>();
        foreach (var prefix in new KeyPrefixes(key))
            prefixes.Add(prefix.ToString());
        return prefixes;
    }
}
