using System.Text;
using DistributedCache.Redis.Reads;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Reads;

public sealed class ManyReadersTests(SharedRedisCluster redis)
{
    [Fact]
    public async Task Get_ByManyReadersOnACluster_AnswersEachHisOwn()
    {
        var application = SharedRedisCluster.NewApplication();
        await using var client = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = client.GetDatabase();
        var reads = new EntryReads();
        string KeyOf(int number) => $"{application}:{number}";
        for (var i = 0; i < 300; i += 3)
        {
            await database.StringSetAsync(KeyOf(i), new string('x', i) + i);
            await database.ListLeftPushAsync(KeyOf(i + 1), "foreign");
        }

        await Task.WhenAll(Enumerable.Range(0, 64).Select(reader => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var number = ((reader * 7) + (i * 11)) % 300;
                using var value = await reads.GetAsync(database, KeyOf(number));
                Assert.Equal(
                    (number % 3) switch { 0 => new string('x', number) + number, 1 => "", _ => null },
                    value is { } found ? Encoding.UTF8.GetString(found.Bytes) : null);
            }
        })));
    }
}
