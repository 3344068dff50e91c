using DistributedCache.AspNetCore.Headers;
using FsCheck.Xunit;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Tests.Rfc9213;

/// <summary>RFC 9213, section 2.1: a targeted field is a structured dictionary of directives, and what is none is not there.</summary>
public class Section2_1_SyntaxTests
{
    [Theory]
    [InlineData("max-age=60", 60L)]
    [InlineData("max-age=60;a=b;c", 60L)]
    [InlineData("foo, max-age=60, bar=(1 \"a\" ?0);x=1", 60L)]
    [InlineData("max-age=5, max-age=60", 60L)]
    [InlineData("max-age=99999999999", DeltaSeconds.Greatest)]
    [InlineData("max-age=\"60\"", null)]
    [InlineData("max-age=60.0", null)]
    [InlineData("max-age=-60", null)]
    [InlineData("max-age=sixty", null)]
    [InlineData("max-age", null)]
    [InlineData("no-store", null)]
    public void ParseTargeted_MaxAge_IsAnInteger(string field, long? seconds)
    {
        var control = CacheControl.ParseTargeted(field);
        Assert.NotNull(control);
        Assert.Equal(seconds, control.MaxAge);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("max-age=60, &&&")]
    [InlineData("max-age=60,")]
    [InlineData("max-age= 60")]
    [InlineData("max-age =60")]
    [InlineData("MAX-AGE=60")]
    [InlineData("max-age=60 no-store")]
    [InlineData("a=\"x")]
    [InlineData("a=(1 2")]
    [InlineData("a=:x%:")]
    [InlineData("a=1234567890123456")]
    [InlineData("A=1")]
    [InlineData("1a=1")]
    [InlineData("a=1.")]
    [InlineData("a=1.2345")]
    [InlineData("a=1234567890123.1")]
    [InlineData("a=?2")]
    [InlineData("a=\"\u00e4\"")]
    [InlineData("a=\"\\x\"")]
    [InlineData("a=@1.5")]
    [InlineData("a=(1\"x\")")]
    [InlineData("a;b=")]
    [InlineData("a;B")]
    public void ParseTargeted_NoDictionary_IsAsIfItWereNotThere(string field) => Assert.Null(CacheControl.ParseTargeted(field));

    [Theory]
    [InlineData("private", true)]
    [InlineData("private=\"a\"", true)]
    [InlineData("private=(\"a\" \"b\")", true)]
    [InlineData("private=?0", false)]
    [InlineData("private=1", false)]
    public void ParseTargeted_Flag_IsTrueOrNamesFields(string field, bool isPrivate) => Assert.Equal(isPrivate, CacheControl.ParseTargeted(field)!.Private);

    [Fact]
    public void ParseTargeted_SeveralLines_CountAsOne()
    {
        var control = CacheControl.ParseTargeted(new StringValues(["max-age=60", "must-revalidate, a=@1, b=:YQ==:, c=*/x"]))!;
        Assert.True(control is { MaxAge: 60, MustRevalidate: true, IsTargeted: true });
    }

    [Property]
    public void ParseTargeted_AnyText_IsReadWithoutAnError(string[] lines) => CacheControl.ParseTargeted(lines);
}
