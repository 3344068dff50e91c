using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Requests;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.1: request fields that mean the same choose the same response.</summary>
public class Section4_1_SelectingFieldTests
{
    [Theory]
    [InlineData("accept-language", "en, de", " EN ,   de ", true)]
    [InlineData("accept-language", "en, de", "de, en", true)]
    [InlineData("accept-language", "en, de;q=0.5", "de;q=0.500 , en;q=1.0", true)]
    [InlineData("accept-language", "en;q=0.5, de", "en, de;q=0.5", false)]
    [InlineData("accept-language", "en, de;q=0.5", "en, de;q=0.4", false)]
    [InlineData("accept-language", "en, de;q=0.5", "en, de", false)]
    [InlineData("accept-language", "en, de", "en", false)]
    [InlineData("accept-encoding", "gzip, br", "br,GZIP", true)]
    [InlineData("accept-encoding", "gzip, br;q=0", "gzip, br", false)]
    [InlineData("x-any", "1,2", " 1, 2 ", true)]
    [InlineData("x-any", "1,2", "2,1", false)]
    [InlineData("x-any", "a", "A", false)]
    [InlineData("x-any", "\"1, 2\"", "\"1,2\"", false)]
    public void Normalize_TwoFields_AreTheSameIfTheyMeanIt(string name, string one, string other, bool isSame) =>
        Assert.Equal(isSame, SelectingFields.Normalize(name, one, ranksByWeightAlone: true) == SelectingFields.Normalize(name, other, ranksByWeightAlone: true));

    [Theory]
    [InlineData("x-any")]
    [InlineData("accept-language")]
    [InlineData("accept-encoding")]
    public void Normalize_SeveralLines_CountAsOne(string name) => Assert.Equal(
        SelectingFields.Normalize(name, "a, b", ranksByWeightAlone: false), SelectingFields.Normalize(name, new StringValues(["a", "b"]), ranksByWeightAlone: false));

    [Fact]
    public void Normalize_NoField_IsNotAnEmptyOne()
    {
        Assert.Null(SelectingFields.Normalize("x-any", StringValues.Empty, ranksByWeightAlone: false));
        Assert.Equal("", SelectingFields.Normalize("x-any", "", ranksByWeightAlone: false));
    }

    [Fact]
    public void Normalize_LanguagesForTheFramework_KeepTheirOrder() => Assert.NotEqual(
        SelectingFields.Normalize("accept-language", "en, de", ranksByWeightAlone: false), SelectingFields.Normalize("accept-language", "de, en", ranksByWeightAlone: false));

    [Theory]
    [InlineData("fr;q=0.5, de;q=1.0", "de")]
    [InlineData("de", "de")]
    [InlineData("en, de", null)]
    [InlineData("de;q=0", null)]
    [InlineData("", null)]
    public void First_OfAWeightedList_IsWhatIsPreferredToAllOthers(string field, string? first) => Assert.Equal(first, WeightedList.First(field));
}
