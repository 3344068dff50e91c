using System.Text;
using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class KeyRulesTests
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    [Property(MaxTest = 2000)]
    public FsCheck.Property IsValid_AnyText_AgreesWithTheRulesOneByOne() =>
        Prop.ForAll(Texts.Raw.ToArbitrary(), Gen.Choose(1, 12).ToArbitrary(), (text, max) =>
        {
            var allowed = text.Length > 0 && text.Length <= max && !text.Any(char.IsControl) && HasUtf8(text);
            Assert.Equal(allowed, KeyRules.IsValid(text, max));
            Assert.Equal(allowed, KeyRules.Explain(text, max, "key") is null);
        });

    [Fact]
    public void Validate_Null_ThrowsArgumentNull()
    {
        string? key = null;
        Assert.Equal("key", Assert.Throws<ArgumentNullException>(() => KeyRules.Validate(key, 10)).ParamName);
    }

    [Theory]
    [InlineData("", "'key' is empty; it needs 1 to 1,024 characters.")]
    [InlineData("user\n", "'key' has the control character U+000A at index 4;")]
    [InlineData("é\u0085", "'key' has the control character U+0085 at index 1;")]
    public void Validate_BrokenRule_SaysWhatAndWhere(string key, string sentence)
    {
        var error = Assert.Throws<ArgumentException>(() => KeyRules.Validate(key, KeyRules.DefaultMaxLength));
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal("key", error.ParamName);
    }

    // Not inline data: an attribute's strings are UTF-8, which cannot hold these.
    [Fact]
    public void Validate_LoneSurrogate_SaysWhichAndWhere()
    {
        var high = Assert.Throws<ArgumentException>(() => KeyRules.Validate("ab\uD800c", 10, "key"));
        Assert.StartsWith("'key' has the lone surrogate U+D800 at index 2;", high.Message, StringComparison.Ordinal);
        var low = Assert.Throws<ArgumentException>(() => KeyRules.Validate("\uDC00", 10, "key"));
        Assert.StartsWith("'key' has the lone surrogate U+DC00 at index 0;", low.Message, StringComparison.Ordinal);
        KeyRules.Validate("\uD835\uDCB3", 10);
    }

    [Fact]
    public void Validate_OneOverTheLimit_SaysLengthAndLimit()
    {
        var tag = new string('x', 1025);
        var error = Assert.Throws<ArgumentException>(() => KeyRules.Validate(tag, 1024));
        Assert.StartsWith("'tag' is 1,025 characters long; the limit is 1,024.", error.Message, StringComparison.Ordinal);
        KeyRules.Validate(tag[1..], 1024);
    }

    private static bool HasUtf8(string text)
    {
        try
        {
            Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
