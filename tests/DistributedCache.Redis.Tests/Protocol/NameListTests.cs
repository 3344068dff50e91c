using DistributedCache.Redis.Protocol;
using FsCheck;
using FsCheck.Xunit;

namespace DistributedCache.Redis.Tests.Protocol;

public sealed class NameListTests
{
    [Property]
    public bool TryDecode_OfEncoded_AnswersTheNames(NonNull<string>[] names)
    {
        // What is no text has no bytes of its own: lone surrogates become replacement characters.
        string[] texts = [.. names.Select(static n => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(n.Get)))];
        return NameList.TryDecode(NameList.Encode(texts), out var decoded) && decoded.SequenceEqual(texts);
    }

    [Property]
    public void TryDecode_OfAnyBytes_DoesNotThrow(byte[] bytes) => NameList.TryDecode(bytes, out _);

    [Theory]
    [InlineData("3:ab")]
    [InlineData("-1:a")]
    [InlineData("1a")]
    [InlineData("2147483647:a")]
    [InlineData("1:ab")]
    public void TryDecode_OfAWrongLength_IsFalse(string text) => Assert.False(NameList.TryDecode(System.Text.Encoding.UTF8.GetBytes(text), out _));
}
