using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class PrefixRulesTests
{
    [Theory]
    [InlineData("user:", "user:")]
    [InlineData("user:*", "user:")]
    [InlineData("user:42:*", "user:42:")]
    [InlineData("1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:")]
    public void Normalize_WholeSegments_EndsWithColon(string prefix, string expected) =>
        Assert.Equal(expected, PrefixRules.Normalize(prefix, 1024));

    [Theory]
    [InlineData("user", "a prefix ends with a whole segment, as in 'user:' or 'user:*'")]
    [InlineData("user:4", "a prefix ends with a whole segment")]
    [InlineData("*", "'*' is allowed only at the end, after a ':'")]
    [InlineData("user*", "'*' is allowed only at the end")]
    [InlineData("user:*:", "'*' is allowed only at the end")]
    [InlineData("us*r:*", "'*' is allowed only at the end")]
    [InlineData("user:**", "'*' is allowed only at the end")]
    [InlineData("1:2:3:4:5:6:7:8:9:", "9 segments deep; a prefix has at most 8")]
    [InlineData("", "is empty")]
    [InlineData("a\u0001:", "the control character U+0001 at index 1")]
    public void Normalize_AnythingElse_SaysWhatIsAllowed(string prefix, string sentence)
    {
        var error = Assert.Throws<ArgumentException>(() => PrefixRules.Normalize(prefix, 1024));
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal("prefix", error.ParamName);
    }

    [Fact]
    public void Normalize_Null_ThrowsArgumentNull()
    {
        string? prefix = null;
        Assert.Throws<ArgumentNullException>(() => PrefixRules.Normalize(prefix, 1024));
    }

    [Property(MaxTest = 2000)]
    public FsCheck.Property Normalize_WhatIsAccepted_IsAnIndexedPrefixOfEveryKeyItBegins() =>
        Prop.ForAll(Texts.Any(20).ToArbitrary(), Texts.Any(4).ToArbitrary(), (text, more) =>
        {
            string prefix;
            try
            {
                prefix = PrefixRules.Normalize(text, 20);
            }
            catch (ArgumentException)
            {
                return;
            }
            Assert.Contains(prefix, KeyPrefixesTests.Of(prefix + more));
        });
}
