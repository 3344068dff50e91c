using System.Text.Json;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Tests;

/// <summary>The history as others read it.</summary>
public sealed class HistoryFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public async Task Write_KeysAndEvents_AreOneJsonObjectALineInTheOrderOfTheirEnds()
    {
        var keys = KeySpace.Create();
        HistoryEvent[] events =
        [
            new(Operation.Read, 1, 9.1234, 2, "item:0:0", 3, Result.Marked, "Local"),
            new(Operation.RemoveByTag, 2, 4, 0, "shown", Status: "Acknowledged", Number: 7),
        ];
        await HistoryFile.WriteAsync(_path, keys, events);

        var lines = (await File.ReadAllLinesAsync(_path, TestContext.Current.CancellationToken)).Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(keys.All.Count(), lines.Count(static line => line.GetProperty("op").GetString() == "Key"));
        Assert.Equal(["RemoveByTag", "Read"], lines[^2..].Select(static line => line.GetProperty("op").GetString()));
        Assert.Equal(7, lines[^2].GetProperty("number").GetInt32());
        Assert.Equal("""{"began":1,"ended":9.123,"node":2,"op":"Read","target":"item:0:0","version":3,"result":"Marked","status":"Local"}""", lines[^1].GetRawText());
    }

    public void Dispose() => File.Delete(_path);
}
