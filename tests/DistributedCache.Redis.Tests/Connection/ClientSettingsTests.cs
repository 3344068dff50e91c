using DistributedCache.Redis.Connection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Connection;

public sealed class ClientSettingsTests
{
    [Fact]
    public void Parse_OfServersAlone_SetsWhatNoticesAHungServerInASecond()
    {
        var options = ClientSettings.Parse("one:6379,two:6380");
        Assert.Equal((1_000, 750, 1, 1, false), (options.AsyncTimeout, options.ConnectTimeout, options.ConnectRetry, options.KeepAlive, options.AbortOnConnectFail));
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.HeartbeatInterval);
        Assert.Same(BacklogPolicy.FailFast, options.BacklogPolicy);
    }

    [Fact]
    public void Parse_OfATimeout_KeepsIt() => Assert.Equal(2_500, ClientSettings.Parse("one:6379,asyncTimeout=2500").AsyncTimeout);

    [Fact]
    public void Parse_OfAConnectRetry_KeepsIt() => Assert.Equal(5, ClientSettings.Parse("one:6379,connectRetry=5").ConnectRetry);

    [Fact]
    public void Of_OptionsThatSayServersAlone_AreWhatTheStringIs()
    {
        var given = new ConfigurationOptions { EndPoints = { "one:6379", "two:6380" } };
        var (ours, parsed) = (ClientSettings.Of(given), ClientSettings.Parse("one:6379,two:6380"));
        Assert.Equal(parsed.ToString(), ours.ToString());
        Assert.Equal((parsed.HeartbeatInterval, parsed.HeartbeatConsistencyChecks), (ours.HeartbeatInterval, ours.HeartbeatConsistencyChecks));
        Assert.Same(parsed.BacklogPolicy, ours.BacklogPolicy);
    }

    [Fact]
    public void Of_OptionsThatSayTimeLimits_KeepsThem()
    {
        var ours = ClientSettings.Of(new() { EndPoints = { "one:6379" }, AsyncTimeout = 2_500, SyncTimeout = 2_600, ConnectTimeout = 2_700, ConnectRetry = 4, KeepAlive = 28 });
        Assert.Equal((2_500, 2_600, 2_700, 4, 28), (ours.AsyncTimeout, ours.SyncTimeout, ours.ConnectTimeout, ours.ConnectRetry, ours.KeepAlive));
    }

    [Fact]
    public void Of_Options_LeavesThemAsTheyWere()
    {
        var given = new ConfigurationOptions { EndPoints = { "one:6379" } };
        var before = given.ToString();
        ClientSettings.Of(given).EndPoints.Clear();
        Assert.Equal((before, true), (given.ToString(), given.AbortOnConnectFail));
    }

    [Theory]
    [InlineData("one:6379,nonsense=1", "nonsense")]
    [InlineData("password=hidden", "names no server")]
    public void Parse_OfABadString_SaysWhatIsWrongAndNotThePassword(string text, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => ClientSettings.Parse(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }
}
