using DistributedCache.Redis.Abilities;
using DistributedCache.Redis.Scripts;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>Scripts as servers take them that lack something.</summary>
public sealed class ScriptTextTests
{
    private const ServerAbilities NoFlags = ServerAbilities.All & ~ServerAbilities.ScriptFlags;

    [Fact]
    public void For_AServerThatLacksNothing_IsTheFullText() => Assert.Same(Script.Mark.Full, Script.Mark.For(ServerAbilities.All));

    [Fact]
    public void For_AServerThatLacksSomething_IsComposedOnce() => Assert.Same(Script.Mark.For(NoFlags), Script.Mark.For(NoFlags));

    [Fact]
    public async Task Mark_WithoutFlagsOnAFullServer_IsNotRefused()
    {
        await using var server = await RedisSingle.StartAsync();
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        Assert.Equal("1", await MarkAsync(client, NoFlags, "t:0::first"));
        await server.Server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        await Assert.ThrowsAsync<RedisServerException>(() => client.GetDatabase().StringSetAsync("k", "v"));
        Assert.Equal("2", await MarkAsync(client, NoFlags, "t:0::second"));
    }

    [Fact]
    public async Task Mark_ForAServerThatLacksEverything_Runs()
    {
        await using var server = await RedisSingle.StartAsync("rename-command XADD \"\"", "rename-command SPUBLISH \"\"", "rename-command INFO \"\"");
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        Assert.Equal("1", await MarkAsync(client, ServerAbilities.Scripts, "t:0::first"));
    }

    [Theory]
    [InlineData(0L, 1L)]
    [InlineData(4_294_967_295L, 4_294_967_296L)]
    [InlineData(1_838_000_000_000_123L, 9_007_199_254_740_991L)]
    public async Task Pack_OfNumbersInHalves_IsTheSameBytes(long first, long second)
    {
        await using var server = await RedisSingle.StartAsync();
        var wide = Script.Set.For(ServerAbilities.All & ~ServerAbilities.LongNumbers).Text;
        var shim = wide[wide.IndexOf("local struct", StringComparison.Ordinal)..wide.IndexOf("-- What every script", StringComparison.Ordinal)];
        const string Pack = "struct.pack('<i8i8', tonumber(ARGV[1]), tonumber(ARGV[2]))";
        Assert.Equal(1L, await server.Server.ExecuteAsync("EVAL", $"local long = {Pack}\n{shim}\nreturn {Pack} == long and 1 or 0", "0", $"{first}", $"{second}"));
    }

    /// <summary>Answers the mark's number, the third of the head's.</summary>
    private static async Task<string> MarkAsync(ConnectionMultiplexer client, ServerAbilities abilities, string field)
    {
        var head = (string)(await client.GetDatabase().ScriptEvaluateAsync(
            Script.Mark.For(abilities).Text, ["{app:0}m", "{app:0}i"], [0, 0, 0, "{app:0}c", 4096, 0, field, $"{field.Length}:{field}"]))!;
        return head.Split(' ')[2];
    }
}
