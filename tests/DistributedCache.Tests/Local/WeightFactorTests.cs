using System.Buffers;
using System.Text;
using System.Text.Json;
using DistributedCache.Local;
using DistributedCache.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Local;

/// <summary>Types whose serializer is the user's, so that nothing but its bytes and allocations is known of them.</summary>
[Collection(nameof(WeightHeapTests))]
public sealed class WeightFactorTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Weigh_SerializerOfTheUsers_IsWithinTheBandOfTheHeap(int size)
    {
        var notes = new Binary<Note>((w, n) => n.Write(w), Note.Read);
        var lists = new Binary<List<Note>>(
            (w, list) =>
            {
                w.Write(list.Count);
                foreach (var note in list) note.Write(w);
            },
            r =>
            {
                var count = r.ReadInt32();
                var list = new List<Note>(count);
                while (list.Count < count) list.Add(Note.Read(r));
                return list;
            });
        var sets = new Binary<HashSet<string>>(
            (w, set) =>
            {
                w.Write(set.Count);
                foreach (var word in set) WriteText(w, word);
            },
            r =>
            {
                var count = r.ReadInt32();
                var set = new HashSet<string>(count);
                while (set.Count < count) set.Add(ReadText(r));
                return set;
            });

        Check(notes, () => new Note { Title = new string('t', size), Body = new string('b', 20), Number = size });
        Check(lists, () => Enumerable.Range(0, size).Select(i => new Note { Title = new string('t', 12), Body = new string('b', 30), Number = i }).ToList());
        Check(sets, () => Enumerable.Range(0, size).Select(i => $"word number {i}").ToHashSet());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public void Weigh_ReaderLeavesGarbage_IsHeavierThanTheHeapButNeverLighter(int size)
    {
        // System.Text.Json grows the list by doubling: all its arrays are counted, and its own state.
        var ratio = Ratio(new Opaque<List<int>>(), () => Enumerable.Range(0, size).ToList());
        Assert.InRange(ratio, 1, 8);
    }

    [Fact]
    public void Weigh_ManyValues_SamplesEverMoreRarely()
    {
        var serializer = new Opaque<Note>();
        var estimator = Estimator(serializer, out _);

        for (var i = 0; i < 1000; i++) estimator.Weigh("k", new Note { Title = "title", Body = "body", Number = 1 });

        // The 1st, 2nd, 4th … 512th value: ten samples of three readings each.
        Assert.Equal(30, serializer.Reads);
    }

    [Fact]
    public void Weigh_LengthIsKnown_DoesNotSerializeOutsideSamples()
    {
        var serializer = new Opaque<Note>();
        var estimator = Estimator(serializer, out _);
        var note = new Note { Title = "title", Body = "body", Number = 1 };

        for (var i = 0; i < 1000; i++) estimator.Weigh("k", note, serializedLength: 40);

        Assert.Equal(10, serializer.Writes);
    }

    [Fact]
    public void Weigh_ReadingASampleThrows_TakesTheDefaultFactorAndReportsOnce()
    {
        var serializer = new Opaque<Note> { ReadFailure = new FormatException("unreadable") };
        var estimator = Estimator(serializer, out var reports);
        var note = new Note { Title = "title", Body = "body", Number = 1 };

        var weights = Enumerable.Range(0, 5).Select(_ => estimator.Weigh("", note, serializedLength: 100)).Distinct();

        Assert.Equal([WeightEstimator.EntryOverhead + (int)(WeightFactor<Note>.Default * 100)], weights);
        Assert.Same(serializer.ReadFailure, Assert.Single(reports).Exception);
    }

    private void Check<T>(Binary<T> serializer, Func<T> make) => Assert.InRange(Ratio(serializer, make), 0.7, 1.4);

    private double Ratio<T>(IHybridCacheSerializer<T> serializer, Func<T> make)
    {
        var (values, heap) = HeapGrowth.Of(seed: 0, _ => make()!);

        var estimator = Estimator(serializer, out var reports);
        var ratio = values.Sum(v => (double)estimator.Weigh("", (T)v) - WeightEstimator.EntryOverhead) / heap;
        output.WriteLine($"FACTOR {typeof(T)}: {ratio:0.00}");
        Assert.Empty(reports);
        return ratio;
    }

    private static WeightEstimator Estimator<T>(IHybridCacheSerializer<T> serializer, out List<(Type Type, Exception? Exception)> reports)
    {
        var services = new ServiceCollection().AddSingleton(serializer).BuildServiceProvider();
        var list = reports = [];
        return new WeightEstimator(new SerializerResolver(services), (type, exception) => list.Add((type, exception)));
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write(text.Length);
        foreach (var character in text) writer.Write((byte)character);
    }

    // BinaryReader.ReadString goes through a StringBuilder from 128 bytes on.
    private static string ReadText(BinaryReader reader)
    {
        var stream = (MemoryStream)reader.BaseStream;
        var length = reader.ReadInt32();
        var text = Encoding.ASCII.GetString(stream.GetBuffer(), (int)stream.Position, length);
        stream.Position += length;
        return text;
    }

    private sealed class Note
    {
        public required string Title { get; set; }
        public required string Body { get; set; }
        public int Number { get; set; }

        public void Write(BinaryWriter writer)
        {
            WriteText(writer, Title);
            WriteText(writer, Body);
            writer.Write(Number);
        }

        public static Note Read(BinaryReader reader) =>
            new() { Title = ReadText(reader), Body = ReadText(reader), Number = reader.ReadInt32() };
    }

    /// <summary>Reads and writes as generated code does: straight into the objects, over readers that are reused.</summary>
    private sealed class Binary<T> : IHybridCacheSerializer<T>
    {
        private readonly MemoryStream _stream = new();
        private readonly BinaryWriter _writer;
        private readonly BinaryReader _reader;
        private readonly Action<BinaryWriter, T> _write;
        private readonly Func<BinaryReader, T> _read;

        public Binary(Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
        {
            (_write, _read) = (write, read);
            _writer = new(_stream);
            _reader = new(_stream);
        }

        public T Deserialize(ReadOnlySequence<byte> source)
        {
            _stream.SetLength(0);
            foreach (var segment in source) _stream.Write(segment.Span);
            _stream.Position = 0;
            return _read(_reader);
        }

        public void Serialize(T value, IBufferWriter<byte> target)
        {
            _stream.SetLength(0);
            _write(_writer, value);
            target.Write(_stream.GetBuffer().AsSpan(0, (int)_stream.Length));
        }
    }

    private sealed class Opaque<T> : IHybridCacheSerializer<T>
    {
        public int Reads { get; private set; }
        public int Writes { get; private set; }
        public Exception? ReadFailure { get; init; }

        public T Deserialize(ReadOnlySequence<byte> source)
        {
            Reads++;
            if (ReadFailure is not null) throw ReadFailure;
            var reader = new Utf8JsonReader(source);
            return JsonSerializer.Deserialize<T>(ref reader)!;
        }

        public void Serialize(T value, IBufferWriter<byte> target)
        {
            Writes++;
            using var writer = new Utf8JsonWriter(target);
            JsonSerializer.Serialize(writer, value);
        }
    }
}
