using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Tests.Headers;

/// <summary>RFC 9111, sections 1.2.2, 4.2, 5.1, 5.2 and 5.3, and RFC 9110, sections 5.6.7, 8.8.3 and 12.5.5: fields as they come.</summary>
public class FieldTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("max-age=60", 60L)]
    [InlineData("MAX-AGE=60", 60L)]
    [InlineData("max-age=\"60\"", 60L)]
    [InlineData("a=\"max-age=1, b\", max-age=60", 60L)]
    [InlineData("max-age=60, max-age=5", 60L)]
    [InlineData("max-age=99999999999999999999", DeltaSeconds.Greatest)]
    [InlineData("max-age=-1", 0L)]
    [InlineData("max-age=1.5", 0L)]
    [InlineData("max-age=x", 0L)]
    [InlineData("max-age", 0L)]
    [InlineData("max-age =60", null)]
    [InlineData("xmax-age=60", null)]
    [InlineData("\"max-age=60", null)]
    [InlineData("", null)]
    public void CacheControl_MaxAge_IsReadAsWritten(string field, long? seconds) => Assert.Equal(seconds, CacheControl.Parse(field).MaxAge);

    [Fact]
    public void CacheControl_SeveralLines_CountAsOne()
    {
        var control = CacheControl.Parse(new StringValues(["no-store", "private=\"x, max-age=1\"", "s-maxage=5,must-revalidate"]));
        Assert.True(control.NoStore && control.Private && control.MustRevalidate && !control.Public);
        Assert.Equal((null, 5L), (control.MaxAge, control.SharedMaxAge));
    }

    [Property]
    public void CacheControl_AnyText_IsReadWithoutAnError(string[] lines) => CacheControl.Parse(lines);

    [Property]
    public void Members_OfWhatTheyAreJoinedTo_AreTheSame(int[] numbers)
    {
        string[] members = [.. numbers.Select(static n => $"\"{n}, \\\"{n}\"")];
        Assert.Equal(members, HeaderText.Members(string.Join(" , ", members)));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("7, 100", 7)]
    [InlineData("-7", 0)]
    [InlineData("7.5", 0)]
    [InlineData("\"7\"", 0)]
    [InlineData("seven", 0)]
    [InlineData("99999999999999999999", DeltaSeconds.Greatest)]
    public void AgeField_Parse_TakesTheFirstIfItIsACount(string field, long seconds) => Assert.Equal(seconds, AgeField.Parse(field));

    [Theory]
    [InlineData("\"a\"", true)]
    [InlineData("W/\"a\"", true)]
    [InlineData("w/\"a\"", false)]
    [InlineData("a", false)]
    [InlineData("\"a\"b\"", false)]
    [InlineData("\"a b\"", false)]
    public void EntityTag_Form_IsQuoted(string text, bool isTag) => Assert.Equal(isTag, EntityTag.TryParse(text, out _));

    [Fact]
    public void VaryField_Names_AreLowerCaseEachOnceAndNullForAll()
    {
        Assert.Equal(["accept", "accept-language"], VaryField.Parse(new StringValues(["Accept-Language , Accept", "accept"]))!);
        Assert.Null(VaryField.Parse("Accept, *"));
    }

    [Theory]
    [InlineData("s-maxage=5, max-age=60", null, 5_000L)]
    [InlineData("max-age=60", "Mon, 05 Jan 2026 13:00:00 GMT", 60_000L)]
    [InlineData("", "Mon, 05 Jan 2026 12:01:00 GMT", 60_000L)]
    [InlineData("", "Mon, 05 Jan 2026 11:00:00 GMT", 0L)]
    [InlineData("", "0", 0L)]
    [InlineData("no-cache, max-age=60", null, 0L)]
    [InlineData("", null, null)]
    public void Lifetime_Of_TakesTheFirstThatSaysSo(string control, string? expires, long? fresh)
    {
        IHeaderDictionary headers = new HeaderDictionary { ["Cache-Control"] = control, ["Date"] = HttpDates.Format(Now) };
        if (expires is not null) headers.Expires = expires;
        Assert.Equal(fresh, Lifetime.Of(headers, CacheControl.Parse(control), Now.AddSeconds(30)).Fresh);
    }

    [Theory]
    [InlineData("10", 0, 0, 10_000)]
    [InlineData("10", 0, 3, 13_000)]
    [InlineData("", 20, 0, 20_000)]
    [InlineData("10", 20, 0, 20_000)]
    [InlineData("10", -20, 0, 10_000)]
    public void Age_WhenReceived_IsWhatItSaysOrItsDateIfThatIsMore(string age, int dateAgo, int underWay, long milliseconds)
    {
        IHeaderDictionary headers = new HeaderDictionary { ["Age"] = age, ["Date"] = HttpDates.Format(Now.AddSeconds(underWay - dateAgo)) };
        Assert.Equal(milliseconds, Age.WhenReceived(headers, Now, Now.AddSeconds(underWay)));
    }

    [Fact]
    public void Heuristic_WithLastModified_IsATenthAndADayAtMost()
    {
        IHeaderDictionary headers = new HeaderDictionary { ["Date"] = HttpDates.Format(Now), ["Last-Modified"] = HttpDates.Format(Now.AddHours(-10)) };
        Assert.Equal(3_600_000, Lifetime.Heuristic(headers, Now));
        headers.LastModified = HttpDates.Format(Now.AddDays(-100));
        Assert.Equal(86_400_000, Lifetime.Heuristic(headers, Now));
        headers.LastModified = HttpDates.Format(Now.AddDays(1));
        Assert.Equal(0, Lifetime.Heuristic(headers, Now));
    }
}
