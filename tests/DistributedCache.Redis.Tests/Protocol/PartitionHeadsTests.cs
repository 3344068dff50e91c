using DistributedCache.Coherence;
using DistributedCache.Redis.Partitions;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Protocol;

/// <summary>What a head carries besides its own numbers: the floors of the versions in use, which are numbers of one incarnation.</summary>
public sealed class PartitionHeadsTests
{
    private static readonly string[] V2 = ["v2"];

    private readonly PartitionHeads _heads = new();

    [Fact]
    public void Of_IncarnationItRegisteredIn_HasItsFloors()
    {
        Registered(incarnation: 1, sequence: 9, floor: 5);

        Assert.Equal(5, Of(1, 10).VersionFloors!["v2"]);
        Assert.Equal(5, Fields(1, 10, "100,5").VersionFloors!["v2"]);
    }

    [Fact]
    public void Of_IncarnationThatIsNews_HasNoFloors()
    {
        Registered(incarnation: 1, sequence: 9, floor: 5);

        // With the last one's floor, every entry of the new one that is stamped below would be rejected until the end of it.
        Assert.Empty(Of(2, 1).VersionFloors!);
        Assert.Equal(0, Fields(2, 1, "100,0").VersionFloors!["v2"]);
        Assert.Equal(0, Of(2, 2).VersionFloors!["v2"]);
    }

    [Fact]
    public void In_VersionThatIsAbsent_HasNoFloor()
    {
        Registered(incarnation: 1, sequence: 9, floor: 5);

        Assert.Empty(Fields(1, 10, RedisValue.Null).VersionFloors!);
    }

    private void Registered(long incarnation, long sequence, long floor) =>
        _heads.Of(Text(incarnation, sequence), RedisResult.Create((RedisValue)""), RedisResult.Create((RedisValue)$"v2={floor}@100"), out _);

    private Head Of(long incarnation, long sequence) => _heads.Of(Text(incarnation, sequence));

    private Head Fields(long incarnation, long sequence, RedisValue version) =>
        _heads.In([incarnation, 0, sequence, 0, "v1,v2", 0, version], V2)!.Value;

    private static RedisResult Text(long incarnation, long sequence) => RedisResult.Create((RedisValue)$"{incarnation} 0 {sequence} 0 0");
}
