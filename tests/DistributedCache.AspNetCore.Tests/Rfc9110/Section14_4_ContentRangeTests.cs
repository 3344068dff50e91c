using DistributedCache.AspNetCore.Headers;

namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 14.4: which part of which whole a response holds.</summary>
public class Section14_4_ContentRangeTests
{
    [Theory]
    [InlineData("bytes 4-9/10", 4, 9, 10L)]
    [InlineData("bytes 0-0/1", 0, 0, 1L)]
    [InlineData("bytes 4-9/*", 4, 9, null)]
    public void TryParse_OneRange_IsRead(string field, long first, long last, long? whole)
    {
        Assert.True(ContentRange.TryParse(field, out var range));
        Assert.Equal((new ContentRange(first, last, whole), field), (range, range.ToString()));
    }

    [Theory]
    [InlineData("bytes 9-4/10")]
    [InlineData("bytes 4-10/10")]
    [InlineData("bytes */10")]
    [InlineData("bytes 4-9")]
    [InlineData("bytes 4-9/x")]
    [InlineData("bytes -9/10")]
    [InlineData("lines 4-9/10")]
    [InlineData(null)]
    public void TryParse_AnythingElse_IsNone(string? field) => Assert.False(ContentRange.TryParse(field, out _));
}
