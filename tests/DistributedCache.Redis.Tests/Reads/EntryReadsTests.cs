using System.Text;
using DistributedCache.Redis.Reads;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Reads;

public sealed class EntryReadsTests
{
    private const int AtOnce = 4;

    private readonly SlowDatabase _database = SlowDatabase.Create();
    private readonly EntryReads _reads = new();

    [Fact]
    public void Get_WhileFewAreUnderWay_SendsAtOnce()
    {
        for (var i = 1; i <= AtOnce; i++)
        {
            _ = GetAsync($"key:{i}");
            Assert.Equal(i, _database.All.Count);
        }

        Assert.All(_database.All, static sent => Assert.Equal(Environment.CurrentManagedThreadId, sent.Thread));
    }

    [Fact]
    public async Task Get_WhileMoreAreUnderWay_HasThePoolSendThem()
    {
        var reads = Enumerable.Range(0, AtOnce + 20).Select(i => GetAsync($"key:{i}")).ToArray();
        var here = Environment.CurrentManagedThreadId;

        // This thread is taken until all are sent.
        Assert.True(SpinWait.SpinUntil(() => _database.All.Count == reads.Length, TimeSpan.FromSeconds(30)), $"{_database.All.Count} were sent.");

        Assert.All(_database.All.Skip(AtOnce), sent => Assert.NotEqual(here, sent.Thread));
        Answer();
        Assert.Equal(Enumerable.Range(0, reads.Length).Select(static i => $"key:{i}"), (await Task.WhenAll(reads)).Select(static value => value!));
    }

    [Fact]
    public async Task Get_OnceOthersHaveEnded_SendsAtOnceAgain()
    {
        var reads = Enumerable.Range(0, AtOnce + 3).Select(i => GetAsync($"key:{i}")).ToArray();
        await Poll.UntilAsync(() => Task.FromResult(_database.All.Count == reads.Length), () => $"{_database.All.Count} were sent.");
        Answer();
        await Task.WhenAll(reads);

        _ = GetAsync("last");

        Assert.Equal("last", _database.All[^1].Key);
    }

    [Fact]
    public async Task Get_ThatWaitsToBeSent_IsSentInItsCallersContext()
    {
        for (var i = 0; i < AtOnce; i++) _ = GetAsync("key");
        foreach (var caller in (string[])["one", "two"])
        {
            SlowDatabase.Trace.Value = caller;
            _ = GetAsync(caller);
        }

        SlowDatabase.Trace.Value = null;
        _ = GetAsync("none");
        await Poll.UntilAsync(() => Task.FromResult(_database.All.Count == AtOnce + 3), () => $"{_database.All.Count} were sent.");
        Assert.Equal([("none", null), ("one", "one"), ("two", "two")], _database.All.Skip(AtOnce).Select(static sent => (sent.Key, sent.Trace)).Order());
    }

    [Fact]
    public async Task Get_ThatCannotBeSent_FailsAlone()
    {
        var first = GetAsync("unsendable");
        var before = Enumerable.Range(0, AtOnce).Select(i => GetAsync($"key:{i}")).ToArray();
        var failed = GetAsync("unsendable");
        var after = GetAsync("after");
        await Poll.UntilAsync(() => Task.FromResult(_database.All.Count == AtOnce + 1), () => $"{_database.All.Count} were sent.");
        Answer();

        Assert.Equal("It can't be sent.", (await Assert.ThrowsAsync<RedisException>(() => first)).Message);
        Assert.Equal("It can't be sent.", (await Assert.ThrowsAsync<RedisException>(() => failed)).Message);
        Assert.Equal("after", await after);
        await Task.WhenAll(before);
    }

    [Fact]
    public async Task Get_ThatCannotBeSent_IsNotToldAmongThoseToBeSent()
    {
        for (var i = 0; i < AtOnce; i++) _ = GetAsync("key");

        const string Sending = $"{nameof(SendTurns)}.{nameof(SendTurns.Execute)}";
        var told = await FailAsync();
        Assert.Contains(nameof(EntryReads), told, StringComparison.Ordinal);
        Assert.DoesNotContain(Sending, told, StringComparison.Ordinal);

        async Task<string> FailAsync()
        {
            try
            {
                _ = await GetAsync("unsendable").ConfigureAwait(false);
                return "It was sent.";
            }
            catch (RedisException)
            {
                // Who blocks here must not block those who wait to be sent.
                return Environment.StackTrace;
            }
        }
    }

    [Fact]
    public async Task Get_OfNothing_AnswersNull()
    {
        var read = GetAsync("key");
        _database.All[0].Answer.SetResult(null);
        Assert.Null(await read);
    }

    private async Task<string?> GetAsync(string key)
    {
        using var value = await _reads.GetAsync(_database.Client, key).ConfigureAwait(false);
        return value is { } found ? Encoding.UTF8.GetString(found.Bytes) : null;
    }

    /// <summary>Each with its key.</summary>
    private void Answer()
    {
        foreach (var sent in _database.All)
        {
            var bytes = Encoding.UTF8.GetBytes(sent.Key);
            var lease = Lease<byte>.Create(bytes.Length);
            bytes.CopyTo(lease.Memory);
            sent.Answer.TrySetResult(lease);
        }
    }
}
