using DistributedCache.Coherence;
using DistributedCache.Tests.Pipeline;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Coherence;

/// <summary>Tokens merge like sets, survive text, and tell whether a node has seen a write.</summary>
public class ConsistencyTokenTests
{
    // As on a server: an incarnation and the base of an era are milliseconds times 1,024, a sequence counts from its base.
    private static readonly Gen<ConsistencyToken> Any =
        from count in Gen.Choose(0, 20)
        from parts in (
            from partition in Gen.Choose(0, 40)
            from incarnation in Gen.Choose(0, 3)
            from sequence in Gen.Choose(0, 1_000_000)
            select new ConsistencyToken(new TokenPart(partition * 400, (1L << 51) + incarnation, incarnation * (1L << 50), (incarnation * (1L << 50)) + sequence), 7)).ListOf(count)
        select parts.Aggregate(default(ConsistencyToken), (all, part) => all.Merge(part));

    [Property(MaxTest = 300)]
    public Property Merge_Any_IsCommutativeAssociativeIdempotentWithAnIdentity() =>
        Prop.ForAll(Gen.Three(Any).ToArbitrary(), three =>
        {
            var (a, b, c) = three;
            Assert.Equal(a.Merge(b), b.Merge(a));
            Assert.Equal(a.Merge(b).GetHashCode(), b.Merge(a).GetHashCode());
            Assert.Equal(a.Merge(b).Merge(c), a.Merge(b.Merge(c)));
            Assert.Equal(a, a.Merge(a));
            Assert.Equal(a, a.Merge(default));
            Assert.Equal(a, default(ConsistencyToken).Merge(a));
        });

    [Property(MaxTest = 300)]
    public Property ToString_Any_ReadsBackAndIsShort() =>
        Prop.ForAll(Any.ToArbitrary(), token =>
        {
            var text = token.ToString();
            Assert.InRange(text.Length, 0, 512);
            Assert.All(text, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
            Assert.Equal(token, ConsistencyToken.Parse(text, null));
            Assert.True(ConsistencyToken.TryParse(text, null, out var read));
            Assert.Equal(token, read);
        });

    [Property(MaxTest = 1_000)]
    public void TryParse_Garbage_NeverThrows(string? text, byte[] bytes)
    {
        ConsistencyToken.TryParse(text, null, out _);
        if (ConsistencyToken.TryParse(System.Buffers.Text.Base64Url.EncodeToString(bytes), null, out var token)) Assert.Equal(token, ConsistencyToken.Parse(token.ToString(), null));
    }

    [Fact]
    public void TryParse_Broken_IsRefused()
    {
        var text = new ConsistencyToken(new TokenPart(3, 1L << 51, 0, 12), 7).ToString();
        Assert.False(ConsistencyToken.TryParse((string?)null, null, out _));
        Assert.False(ConsistencyToken.TryParse(text[..^2], null, out _));
        Assert.False(ConsistencyToken.TryParse(text + "A", null, out _));
        Assert.False(ConsistencyToken.TryParse("not a token", null, out _));
        Assert.False(ConsistencyToken.TryParse(new string('A', 513), null, out _));
        Assert.False(ConsistencyToken.TryParse(" " + text, null, out _));
        Assert.Throws<FormatException>(() => ConsistencyToken.Parse("!", null));
        Assert.Throws<ArgumentNullException>(() => ConsistencyToken.Parse(null!, null));
        Assert.True(ConsistencyToken.TryParse("", null, out var empty));
        Assert.True(empty.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WaitForAsync_TokenOfAnotherNode_IsReached(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues);
        var token = (await two.A.Set("a", 1)).Token;
        Assert.False(token.IsEmpty);
        foreach (var result in new[] { await two.A.Remove("b"), await two.A.RemoveTag("t"), await two.A.RemovePrefix("p:"), await two.A.Expire("c"), await two.A.Clear() })
        {
            Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
            Assert.True(await two.B.WaitForAsync(result.Token, cancellationToken: TestContext.Current.CancellationToken));
            token = token.Merge(ConsistencyToken.Parse(result.Token.ToString(), null));
        }

        Assert.True(await two.B.WaitForAsync(token, TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.True(await two.B.WaitForAsync(default, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WaitForAsync_WriteThatIsNotKnown_IsFalseAtTheTimeout()
    {
        await using var two = TwoNodes.Make();
        var part = (await two.A.Set("a", 1)).Token.Parts[0];
        foreach (var unknown in new[]
        {
            new ConsistencyToken(part with { Sequence = part.Sequence + 1 }, 0),
            new ConsistencyToken(part with { Incarnation = part.Incarnation + 1 }, 0),
        })
        {
            var waiting = two.B.WaitForAsync(unknown, TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            Assert.False(waiting.IsCompleted);
            Assert.False(await Eventually.DoneAsync(waiting, two.Time, TimeSpan.FromMilliseconds(100)));
        }

        Assert.False(await two.B.WaitForAsync(new ConsistencyToken(part with { Partition = 64 }, 0), cancellationToken: TestContext.Current.CancellationToken));
        Assert.False(await two.B.WaitForAsync(ConsistencyToken.EveryHead(0), cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await two.B.WaitForAsync(default, TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WaitForAsync_Cancelled_Ends()
    {
        await using var two = TwoNodes.Make();
        var part = (await two.A.Set("a", 1)).Token.Parts[0];
        using var cancel = new CancellationTokenSource();
        var waiting = two.B.WaitForAsync(new ConsistencyToken(part with { Sequence = 1_000 }, 0), TimeSpan.FromHours(1), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task InvalidationResult_WithoutRemoteTier_IsLocal()
    {
        await using var node = TestCache.Make();
        var set = await node.Cache.Set("a", 1);
        Assert.Equal(InvalidationStatus.LocalOnly, set.Status);
        Assert.Empty(set.Rejected);
        Assert.True(await node.Cache.WaitForAsync(set.Token, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(InvalidationStatus.LocalOnly, (await node.Cache.Clear()).Status);
    }
}
