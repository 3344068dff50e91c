using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DistributedCache.Local;
using DistributedCache.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Local;

public sealed partial class WeightEstimatorTests
{
    private const int Overhead = WeightEstimator.EntryOverhead;

    private readonly List<(Type Type, Exception? Exception)> _reports = [];

    [Theory]
    [InlineData("k", 24)]
    [InlineData("key", 32)]
    [InlineData("0123456789", 48)]
    public void Weigh_NullValue_IsKeyAndOverhead(string key, int keyBytes) =>
        Assert.Equal(Overhead + keyBytes, Estimator().Weigh<string?>(key, null));

    [Fact]
    public void Weigh_ExactTypes_IsWhatTheRuntimeAllocates()
    {
        Exact(() => new string('x', 1001));
        Exact(() => new byte[1003]);
        Exact(() => new double[7]);
        Exact<object>(() => Guid.Empty);
        Exact<object>(() => 42);
        Exact<object>(() => (1L, 2, true));

        void Exact<T>(Func<T> make) where T : notnull
        {
            make();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var value = make();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(Overhead + allocated, Estimator().Weigh("", value));
        }
    }

    [Fact]
    public void Weigh_Structs_AreAsLargeAsTheirBoxes()
    {
        Assert.Equal(Overhead + 24, Estimator().Weigh("", 42));
        Assert.Equal(Overhead + 32, Estimator().Weigh("", Guid.Empty));
        Assert.Equal(Overhead + 32, Estimator().Weigh("", (1L, 2, true)));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Of_StringOrArray_Throws()
    {
        Assert.Throws<ArgumentException>(() => new WeightOfObject().Of("text"));
        Assert.Throws<ArgumentException>(() => new WeightOfObject().Of(new int[3]));
    }

    [Fact]
    public void Weigh_TypeWithoutMetadata_IsAKibibyteAndReportedOnce()
    {
        var estimator = Estimator(new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() });

        Assert.Equal(Overhead + 1024, estimator.Weigh("", new Node()));
        Assert.Equal(Overhead + 1024, estimator.Weigh("", new Node()));

        Assert.Equal((typeof(Node), null), Assert.Single(_reports));
    }

    [Fact]
    public void Weigh_GetterThrows_IsAKibibyteAndReportedOnceWithTheException()
    {
        var estimator = Estimator();

        Assert.Equal(Overhead + 1024, estimator.Weigh("", new Faulty()));
        Assert.Equal(Overhead + 1024, estimator.Weigh("", new Faulty()));

        var report = Assert.Single(_reports);
        Assert.Equal(typeof(Faulty), report.Type);
        Assert.Equal("no name", Assert.IsType<InvalidOperationException>(report.Exception).Message);
    }

    [Fact]
    public void Weigh_UnserializableMember_IsAKibibyteAndReported()
    {
        Assert.Equal(Overhead + 1024, Estimator().Weigh("", new Holder { Inner = () => { } }));
        Assert.IsType<NotSupportedException>(Assert.Single(_reports).Exception);
    }

    [Fact]
    public void Weigh_ComputedProperty_IsNotCounted()
    {
        var value = new Computed { Name = new string('n', 100) };
        // The object with one field, and the name.
        Assert.Equal(Overhead + 24 + 224, Estimator().Weigh("", value));
    }

    [Fact]
    public void Weigh_SourceGeneratedMetadata_WeighsAsByReflection()
    {
        var generated = Estimator(new JsonSerializerOptions { TypeInfoResolver = Context.Default });
        var map = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 };
        var tree = new Tree { Name = "root", Children = { ["c"] = new Tree { Name = "child", At = (1, 2) } } };

        Assert.Equal(Estimator().Weigh("", map), generated.Weigh("", map));
        Assert.Equal(Estimator().Weigh("", tree), generated.Weigh("", tree));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Weigh_CyclicValue_Ends()
    {
        var node = new Node();
        node.Left = node.Right = node;

        Assert.InRange(Estimator().Weigh("", node), Overhead + 32, int.MaxValue);
        Assert.Empty(_reports);
    }

    [Fact]
    public void Weigh_CyclicValueWithReferencesPreserved_CountsEachObjectOnce()
    {
        var node = new Node();
        node.Left = node.Right = node;
        var options = new JsonSerializerOptions { ReferenceHandler = ReferenceHandler.Preserve };

        Assert.Equal(Overhead + 32, Estimator(options).Weigh("", node));
    }

    [Fact]
    public void Weigh_ObjectAsStaticType_GoesByTheRunTimeType()
    {
        var estimator = Estimator();
        object value = new Computed { Name = new string('n', 100) };

        Assert.Equal(estimator.Weigh("", (Computed)value), estimator.Weigh("", value));
    }

    [Fact]
    public void Weigh_DeclaredPolymorphism_GoesByTheRunTimeType()
    {
        var estimator = Estimator();
        Shape value = new Named { Name = new string('n', 100) };

        Assert.Equal(Overhead + 24 + 224, estimator.Weigh("", value));
    }

    [Fact]
    public void Weigh_FinalizableValue_DoesNotFinalizeACopyOfIt()
    {
        Finalizable.Count = 0;
        var value = new Finalizable { Name = "n" };

        Estimator().Weigh("", value);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Equal(0, Finalizable.Count);
        GC.KeepAlive(value);
    }

    private WeightEstimator Estimator(JsonSerializerOptions? options = null) => new(
        new SerializerResolver(new ServiceCollection().BuildServiceProvider(), options),
        (type, exception) => _reports.Add((type, exception)));

    private sealed class Node
    {
        public Node? Left { get; set; }
        public Node? Right { get; set; }
    }

    internal sealed class Tree
    {
        public required string Name { get; set; }
        public (int, int)? At { get; set; }
        public Dictionary<string, Tree> Children { get; init; } = [];
    }

    [JsonSerializable(typeof(Dictionary<string, int>))]
    [JsonSerializable(typeof(Tree))]
    private sealed partial class Context : JsonSerializerContext;

    private sealed class Faulty
    {
        public string Name => throw new InvalidOperationException("no name");
    }

    private sealed class Holder
    {
        public Action? Inner { get; set; }
    }

    private sealed class Computed
    {
        public required string Name { get; set; }
        public string Label => Name + "!";
    }

    [JsonDerivedType(typeof(Named), "named")]
    private abstract class Shape;

    private sealed class Named : Shape
    {
        public required string Name { get; set; }
    }

    private sealed class Finalizable
    {
        public static int Count;

        public required string Name { get; set; }

        ~Finalizable() => Count++;
    }
}
