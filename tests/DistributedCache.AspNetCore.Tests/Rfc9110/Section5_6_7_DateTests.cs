using DistributedCache.AspNetCore.Headers;
using FsCheck.Xunit;

namespace DistributedCache.AspNetCore.Tests.Rfc9110;

/// <summary>RFC 9110, section 5.6.7: a date has one of three forms. A recipient is to be robust: the day's name names no moment.</summary>
public class Section5_6_7_DateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Mon, 05 Jan 2026 12:00:00 GMT")]
    [InlineData("Monday, 05-Jan-26 12:00:00 GMT")]
    [InlineData("Mon Jan  5 12:00:00 2026")]
    [InlineData("MON, 05 JAN 2026 12:00:00 gmt")]
    [InlineData("Tue, 05 Jan 2026 12:00:00 GMT")]
    [InlineData("Sun Jan  5 12:00:00 2026")]
    public void TryParse_OneOfTheForms_IsThatMoment(string text)
    {
        Assert.True(HttpDates.TryParse(text, out var date));
        Assert.Equal(Now, date);
    }

    [Theory]
    [InlineData("Mon, 05 Jan 2026 12:00:00 CET")]
    [InlineData("Mon, 05 Jan 2026 12:00:00 UTC")]
    [InlineData("Mon, 05 Jan 2026 12:00:00 +0000")]
    [InlineData("Mon, 05 Jan 2026 12:00:00")]
    [InlineData("Mon, 05 Jan 26 12:00:00 GMT")]
    [InlineData("Mon, 05-Jan-2026 12:00:00 GMT")]
    [InlineData("Mon, 05-Jan-26 12:00:00 GMT")]
    [InlineData("Monday, 05 Jan 2026 12:00:00 GMT")]
    [InlineData("Mon,-05 Jan 2026 12:00:00 GMT")]
    [InlineData("Mon 05 Jan 2026 12:00:00 GMT")]
    [InlineData("Mon, 05  Jan  2026 12:00:00 GMT")]
    [InlineData("Mon, 05 Jan 2026 12.00.00 GMT")]
    [InlineData("Mon, 05 Jan 2026 2:00:00 GMT")]
    [InlineData("Mon,05 Jan 2026 12:00:00 GMT")]
    [InlineData("Mnd, 05 Jan 2026 12:00:00 GMT")]
    [InlineData("Mon, 32 Jan 2026 12:00:00 GMT")]
    [InlineData("05 Jan 2026 12:00:00 GMT")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    public void TryParse_AnythingElse_IsNoDate(string text) => Assert.False(HttpDates.TryParse(text, out _));

    [Theory]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 1994)]
    [InlineData("Tuesday, 06-Nov-29 08:49:37 GMT", 2029)]
    public void TryParse_TwoDigitYear_IsNoMoreThanFiftyYearsAhead(string text, int year)
    {
        Assert.True(HttpDates.TryParse(text, out var date));
        Assert.Equal(year, date.Year);
    }

    [Theory]
    [InlineData(49, 49)]
    [InlineData(51, -49)]
    public void TryParse_TwoDigitYear_IsThatOfTheCenturyNearest(int ahead, int isAhead)
    {
        var year = TimeProvider.System.GetUtcNow().Year;
        Assert.True(HttpDates.TryParse($"Monday, 05-Jan-{(year + ahead) % 100:00} 12:00:00 GMT", out var date));
        Assert.Equal(year + isAhead, date.Year);
    }

    [Property]
    public void TryParse_AnyText_IsReadWithoutAnError(string text) => HttpDates.TryParse(text, out _);
}
