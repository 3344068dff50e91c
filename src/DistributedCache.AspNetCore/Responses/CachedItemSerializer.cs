using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using DistributedCache.AspNetCore.Freshness;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>An item's bytes in the remote tier: a kind, then numbers of eight bytes, texts in UTF-8 and the body behind their lengths.</summary>
internal sealed class CachedItemSerializer : IHybridCacheSerializer<CachedItem>
{
    private enum Kind : byte
    {
        NotCacheable = 3,
        Response = 4,
    }

    public void Serialize(CachedItem value, IBufferWriter<byte> target)
    {
        if (value is StoredResponse response) Write(response, target);
        else WriteKind(target, Kind.NotCacheable);
    }

    /// <exception cref="FormatException">The bytes are none of these.</exception>
    public CachedItem Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = new Reader(source);
        return reader.Byte() switch
        {
            (byte)Kind.Response => ReadResponse(ref reader),
            (byte)Kind.NotCacheable => NotCacheable.Instance,
            var kind => throw new FormatException($"{kind} is no kind of cached response."),
        };
    }

    private static void Write(StoredResponse response, IBufferWriter<byte> target)
    {
        WriteKind(target, Kind.Response);
        WriteNumber(target, response.Status);
        WriteNumber(target, response.InitialAge);
        WriteNumber(target, response.Received);
        WriteNumber(target, response.Lifetime.Fresh ?? -1);
        WriteNumber(target, response.Lifetime.WhileRevalidate);
        WriteNumber(target, response.Lifetime.IfError);
        WriteNumber(target, response.Lifetime.MustRevalidate ? 1 : 0);
        WriteNumber(target, response.Lifetime.LimitsErrors ? 1 : 0);
        WriteTexts(target, response.Selection.Names);
        WriteText(target, response.Selection.Values);
        WriteTexts(target, response.Selection.Language is { } language ? new StringValues(language) : StringValues.Empty);
        WriteNumber(target, response.Headers.Length);
        foreach (var (name, values) in response.Headers)
        {
            WriteText(target, name);
            WriteTexts(target, values);
        }

        WriteNumber(target, response.Body.Length);
        target.Write(response.Body.Span);
    }

    private static StoredResponse ReadResponse(ref Reader reader)
    {
        var status = (int)reader.Number(999);
        var age = reader.Number();
        var received = reader.Number();
        var fresh = reader.Number();
        var lifetime = new Lifetime(fresh < 0 ? null : fresh, reader.Number(), reader.Number(), reader.Number() != 0, reader.Number() != 0);
        var selection = new Selection(reader.Texts(), reader.Text(), reader.Texts() is [var language, ..] ? language : null);
        var headers = new KeyValuePair<string, StringValues>[reader.Count()];
        for (var i = 0; i < headers.Length; i++) headers[i] = KeyValuePair.Create(reader.Text(), new StringValues(reader.Texts()));
        return new StoredResponse(status, headers, reader.Bytes(), age, received, lifetime, selection);
    }

    private static void WriteKind(IBufferWriter<byte> target, Kind kind) => target.Write([(byte)kind]);

    private static void WriteNumber(IBufferWriter<byte> target, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target.GetSpan(8), number);
        target.Advance(8);
    }

    private static void WriteText(IBufferWriter<byte> target, string text)
    {
        WriteNumber(target, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, target);
    }

    private static void WriteTexts(IBufferWriter<byte> target, StringValues texts)
    {
        WriteNumber(target, texts.Count);
        foreach (var text in texts) WriteText(target, text ?? "");
    }

    private ref struct Reader(ReadOnlySequence<byte> source)
    {
        private SequenceReader<byte> _bytes = new(source);

        public byte Byte() => _bytes.TryRead(out var one) ? one : throw Cut();

        public long Number(long most = long.MaxValue)
        {
            if (!_bytes.TryReadLittleEndian(out long number)) throw Cut();
            return number <= most ? number : throw new FormatException($"{number} is more than {most}.");
        }

        /// <summary>How many of something follow: no more than there are bytes.</summary>
        public int Count()
        {
            var count = Number(_bytes.Remaining);
            return count >= 0 ? (int)count : throw new FormatException($"{count} is no count.");
        }

        public byte[] Bytes()
        {
            var bytes = new byte[Count()];
            if (!_bytes.TryCopyTo(bytes)) throw Cut();
            _bytes.Advance(bytes.Length);
            return bytes;
        }

        public string Text() => Encoding.UTF8.GetString(Bytes());

        public string[] Texts()
        {
            var texts = new string[Count()];
            for (var i = 0; i < texts.Length; i++) texts[i] = Text();
            return texts;
        }

        private static FormatException Cut() => new("The cached response ends too early.");
    }
}
