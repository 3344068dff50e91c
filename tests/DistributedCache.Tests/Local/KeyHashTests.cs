using DistributedCache.Local;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Local;

/// <summary>The hash reads every char of a key, only those, and spreads keys that differ little.</summary>
public class KeyHashTests
{
    [Fact]
    public void Compute_AnyLengthAtAnyOffset_DependsOnItsCharsAlone()
    {
        for (var length = 0; length <= 100; length++)
        {
            var key = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + i % 23)));
            var hash = KeyHash.Compute(key);
            Assert.Equal(hash, KeyHash.Compute(("xyz" + key + "zyx").AsSpan(3, length)));
            Assert.Equal(hash, KeyHash.Compute((new string('\0', 5) + key + "\uffff").AsSpan(5, length)));
        }
    }

    [Fact]
    public void Compute_OneCharChanged_ChangesTheHash()
    {
        var collisions = 0;
        for (var length = 1; length <= 100; length++)
        {
            var key = new string('k', length).ToCharArray();
            var hash = KeyHash.Compute(key);
            for (var at = 0; at < length; at++)
            {
                key[at] = 'l';
                collisions += KeyHash.Compute(key) == hash ? 1 : 0;
                key[at] = 'k';
            }

            collisions += KeyHash.Compute(new string('k', length + 1)) == hash ? 1 : 0;
        }

        // 5,150 pairs of 2^32: even one collision is a one in a million chance.
        Assert.InRange(collisions, 0, 1);
    }

    [Theory]
    [InlineData("product:")]
    [InlineData("")]
    [InlineData("tenant:4711:customer:0815:order:")]
    public void Compute_ConsecutiveKeys_FillBucketsLikeChanceDoes(string prefix)
    {
        const int Buckets = 1 << 12;
        const int Keys = Buckets * 8;
        var low = new int[Buckets];
        var high = new int[Buckets];
        for (var i = 0; i < Keys; i++)
        {
            var hash = (uint)KeyHash.Compute(prefix + i);
            low[hash % Buckets]++;
            high[hash / (uint.MaxValue / Buckets + 1)]++;
        }

        // χ² with 4,095 degrees of freedom: mean 4,095, deviation 90; eight deviations.
        Assert.InRange(ChiSquare(low), 0, 4_095 + 8 * 90);
        Assert.InRange(ChiSquare(high), 0, 4_095 + 8 * 90);

        static double ChiSquare(int[] counts) => counts.Sum(c => (c - 8.0) * (c - 8.0) / 8.0);
    }

    [Fact]
    public void Find_OfTwoKeysWithOneHash_AnswersWithEachItsOwn()
    {
        // By the birthday bound 500,000 keys have some 29 pairs that share their 32 bits.
        var byHash = new Dictionary<int, string>();
        var store = new LocalStore(new LocalStoreOptions { Budget = 1_000_000 });
        var pairs = 0;
        for (var i = 0; i < 500_000 && pairs < 3; i++)
        {
            var key = "key:" + i;
            if (byHash.TryAdd(KeyHash.Compute(key), key))
                continue;

            pairs++;
            var other = StoreInvariants.New(byHash[KeyHash.Compute(key)]);
            store.Put(other, 0);
            Assert.Null(store.Find(key));

            var entry = StoreInvariants.New(key);
            store.Put(entry, 0);
            Assert.Same(entry, store.Find(key));
            Assert.Same(other, store.Find(other.Key.AsSpan()));
            Assert.True(store.Remove(key));
            Assert.Same(other, store.Find(other.Key));
        }

        Assert.Equal(3, pairs);
    }

    [Property]
    public bool Compute_StringAndSpan_Agree(string? key, byte start)
    {
        key ??= "";
        var from = key.Length == 0 ? 0 : start % key.Length;
        return KeyHash.Compute(key.Substring(from)) == KeyHash.Compute(key.AsSpan(from));
    }
}
