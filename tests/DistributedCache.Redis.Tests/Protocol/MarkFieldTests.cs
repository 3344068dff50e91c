using DistributedCache.Coherence;
using DistributedCache.Redis.Protocol;
using FsCheck;
using FsCheck.Xunit;

namespace DistributedCache.Redis.Tests.Protocol;

public sealed class MarkFieldTests
{
    [Property]
    public bool TryDecode_OfEncodedTagOrPrefix_AnswersTheMark(NonNull<string> tenant, NonEmptyString name, bool isTag)
    {
        var (owner, own) = (Text(tenant.Get), Text(name.Get));
        var mark = isTag ? Mark.Tag(owner, own) : Mark.Prefix(owner, own);
        return MarkField.TryDecode(MarkField.Encode(mark), out var decoded) && decoded == mark;
    }

    [Property]
    public bool TryDecode_OfEncodedClear_AnswersTheMark(NonNull<string> tenant)
    {
        var mark = Mark.ClearOf(Text(tenant.Get));
        return MarkField.TryDecode(MarkField.Encode(mark), out var decoded) && decoded == mark;
    }

    [Property]
    public void TryDecode_OfAnyText_DoesNotThrow(NonNull<string> text) => MarkField.TryDecode(text.Get, out _);

    [Theory]
    [InlineData("inc")]
    [InlineData("versions")]
    [InlineData("v:1.0")]
    [InlineData("t:")]
    [InlineData("t:9:ab:x")]
    [InlineData("t:0:")]
    [InlineData("*:0:")]
    public void TryDecode_OfOtherFields_IsFalse(string field) => Assert.False(MarkField.TryDecode(field, out _));

    private static string Text(string any) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(any));
}
