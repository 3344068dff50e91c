using DistributedCache.Expiry;

namespace DistributedCache.Tests.Expiry;

public sealed class CoarseTimeTests
{
    [Fact]
    public void Milliseconds_BetweenTwoReadingsOfTheRuntimesClock_LiesBetweenThem()
    {
        for (var i = 0; i < 10_000; i++)
        {
            var before = Environment.TickCount64;
            var read = CoarseTime.Milliseconds;
            Assert.InRange(read, before, Environment.TickCount64);
        }
    }
}
