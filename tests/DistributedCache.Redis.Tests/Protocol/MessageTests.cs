using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Redis.Protocol;
using FsCheck.Xunit;

namespace DistributedCache.Redis.Tests.Protocol;

public sealed class MessageTests
{
    [Fact]
    public void TryRead_OfARemoval_AnswersItsNumbersAndKeys()
    {
        Assert.True(Read("R 1793000000000001 5 17 0 42\n9:product:14:a:\nb", out var message, out _));
        Assert.NotNull(message);
        Assert.Equal((3, 1793000000000001, 5, 17, 42, InvalidationKind.Remove), (message.Partition, message.Incarnation, message.Base, message.Sequence, message.Source, message.Kind));
        Assert.Equal(["product:1", "a:\nb"], message.Indexes);
    }

    [Fact]
    public void TryRead_OfATag_AnswersTheMark()
    {
        Assert.True(Read("M 1 0 2 0 0\n12:t:4:acme:new", out var message, out _));
        Assert.Equal(Mark.Tag("acme", "new"), message?.Mark);
    }

    [Fact]
    public void TryRead_OfAJump_AnswersWhereItCameFrom()
    {
        Assert.True(Read("J 1 900 900 17 0\n", out var message, out _));
        Assert.Equal((900, 900, 17), (message?.Base, message?.Sequence, message?.From));
    }

    [Fact]
    public void TryRead_OfAWake_AnswersItsKeysAndNoInvalidation()
    {
        Assert.True(Read("W 1 0 0 0 0\n1:a", out var message, out var woken));
        Assert.Null(message);
        Assert.Equal(["a"], woken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("R")]
    [InlineData("X 1 2 3 4 5\n")]
    [InlineData("R 1 2 3 4\n")]
    [InlineData("R 1 2 -3 4 5\n")]
    [InlineData("R 1 2 3 4 5")]
    [InlineData("R 1 2 3 4 9007199254740993\n")]
    [InlineData("M 1 2 3 4 5\n")]
    [InlineData("M 1 2 3 4 5\n3:inc")]
    public void TryRead_OfAnythingElse_IsFalse(string text) => Assert.False(Read(text, out _, out _));

    [Property]
    public void TryRead_OfAnyBytes_DoesNotThrow(byte[] bytes) => Message.TryRead(0, bytes, out _, out _);

    private static bool Read(string text, out Invalidation? message, out IReadOnlyList<string> woken) =>
        Message.TryRead(3, Encoding.UTF8.GetBytes(text), out message, out woken);
}
