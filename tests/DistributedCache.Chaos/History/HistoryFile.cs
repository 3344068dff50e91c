using System.Text.Json;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.History;

/// <summary>The history as JSON lines: first each key with its tags, then the events in the order of their ends.</summary>
internal static class HistoryFile
{
    public static async Task WriteAsync(string path, KeySpace keys, IEnumerable<HistoryEvent> events)
    {
        await using var file = File.Create(path);
        await using var buffer = new BufferedStream(file, 1 << 16);
        foreach (var key in keys.All) Write(buffer, json => Describe(json, key));
        foreach (var happened in events.OrderBy(static e => e.Ended)) Write(buffer, json => Describe(json, happened));
    }

    private static void Describe(Utf8JsonWriter json, CacheKey key)
    {
        json.WriteString("op", "Key");
        json.WriteString("key", key.Name);
        json.WriteStartArray("tags");
        foreach (var tag in key.Tags) json.WriteStringValue(tag);
        json.WriteEndArray();
    }

    private static void Describe(Utf8JsonWriter json, HistoryEvent happened)
    {
        json.WriteNumber("began", Math.Round(happened.Began, 3));
        json.WriteNumber("ended", Math.Round(happened.Ended, 3));
        json.WriteNumber("node", happened.Node);
        json.WriteString("op", happened.Operation.ToString());
        json.WriteString("target", happened.Target);
        if (happened.Version >= 0) json.WriteNumber("version", happened.Version);
        json.WriteString("result", happened.Result.ToString());
        json.WriteString("status", happened.Status);
        if (happened.Operation == Operation.Load) json.WriteNumber("called", Math.Round(happened.Called, 3));
        if (happened.Number > 0) json.WriteNumber("number", happened.Number);
    }

    private static void Write(Stream stream, Action<Utf8JsonWriter> describe)
    {
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            describe(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }
}
