using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Protocol;

/// <summary>A service that has none of the library's code: only what docs/redis-protocol.md says, and the scripts as files.</summary>
internal sealed class Outsider(IDatabase database, string application)
{
    /// <summary>Invalidates a tag or prefix, named as its field: <c>t:0::tag</c>.</summary>
    public async Task<string> MarkAsync(string field, string hashed)
    {
        var p = Tag(Crc16(hashed) % await PartitionsAsync(), await PartitionsAsync());
        return await RunAsync("mark.lua", [p + "m", p + "i"], p, field, NameList(field));
    }

    /// <summary>Invalidates everything.</summary>
    public async Task<string[]> ClearAsync()
    {
        var partitions = await PartitionsAsync();
        return await Task.WhenAll(Enumerable.Range(0, partitions).Select(i =>
        {
            var p = Tag(i, partitions);
            return RunAsync("mark.lua", [p + "m", p + "i"], p, "*", NameList("*"));
        }));
    }

    /// <summary>Removes a key: asked first with no version, the answer names those in use.</summary>
    public async Task<(string First, string Second)> RemoveAsync(string key)
    {
        var partitions = await PartitionsAsync();
        var p = Tag(Crc16($"0::{key}") % partitions, partitions);
        var first = await RunAsync("invalidate.lua", [p + "m", p + "i"], p, "", "R", NameList(key));
        var versions = (string)(await database.HashGetAsync(p + "m", "versions"))!;
        var keys = new List<string> { p + "m", p + "i" };
        foreach (var version in versions.Split(',')) keys.AddRange([$"{p}e:{version}:0::{key}", $"{p}l:{version}:0::{key}"]);
        return (first, await RunAsync("invalidate.lua", keys, p, versions, "R", NameList(key)));
    }

    private async Task<int> PartitionsAsync() => (int)await database.HashGetAsync($"{{{application}}}config", "partitions");

    private string Tag(int i, int partitions)
    {
        for (var k = 0; ; k++)
        {
            var slot = Crc16(string.Create(CultureInfo.InvariantCulture, $"{application}:{i}.{k}")) % 16384;
            if (i * 16384 / partitions <= slot && slot < (i + 1) * 16384 / partitions) return string.Create(CultureInfo.InvariantCulture, $"{{{application}:{i}.{k}}}");
        }
    }

    private async Task<string> RunAsync(string file, IEnumerable<string> keys, string p, params string[] arguments)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Scripts(), file));
        var end = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        var script = text[..end] + await File.ReadAllTextAsync(Path.Combine(Scripts(), "prelude.lua")) + text[end..]
            + await File.ReadAllTextAsync(Path.Combine(Scripts(), "number.lua"));
        RedisValue[] values = ["0", "0", "7", p + "c", "4096", "0", .. arguments.Select(static argument => (RedisValue)argument)];
        var answer = await database.ScriptEvaluateAsync(script, [.. keys.Select(static key => (RedisKey)key)], values);
        return (string)answer!;
    }

    private static string NameList(string name) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(name)}:{name}");

    private static int Crc16(string text)
    {
        var crc = 0;
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            crc ^= one << 8;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
        }

        return crc;
    }

    private static string Scripts()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DistributedCache.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "src", "DistributedCache.Redis", "Scripts");
    }
}
