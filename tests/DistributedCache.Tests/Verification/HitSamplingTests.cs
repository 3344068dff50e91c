using DistributedCache.Verification;

namespace DistributedCache.Tests.Verification;

public class HitSamplingTests
{
    [Fact]
    public void Take_AFraction_AddsUpOverCalls()
    {
        var sampling = new HitSampling(0.001, 32);
        Assert.Equal([0, 0, 1, 0, 3], new[] { 400L, 900, 1_400, 1_400, 4_000 }.Select(sampling.Take));
    }

    [Fact]
    public void Take_MoreThanTheMost_ForgetsTheRest()
    {
        var sampling = new HitSampling(1, 32);
        Assert.Equal([32, 0, 1], new[] { 1_000_000L, 1_000_000, 1_000_001 }.Select(sampling.Take));
    }

    [Fact]
    public void Take_CountersWereGivenBack_GoesOnFromThere()
    {
        var sampling = new HitSampling(1, 32);
        Assert.Equal([5, 0, 2], new[] { 5L, 3, 5 }.Select(sampling.Take));
    }
}
