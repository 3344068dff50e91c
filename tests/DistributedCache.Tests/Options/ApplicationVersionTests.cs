using DistributedCache.Registration;

namespace DistributedCache.Tests.TieredOptions;

public class ApplicationVersionTests
{
    [Theory]
    [InlineData("1.4.0+8f3c2d1", false, "1.4.0")]
    [InlineData("1.4.0+8f3c2d1", true, "1.4.0_8f3c2d1")]
    [InlineData("2.0.0-rc.1", false, "2.0.0-rc.1")]
    [InlineData("2.0.0-rc.1", true, "2.0.0-rc.1")]
    [InlineData("Build 7", false, "Build_7")]
    [InlineData("+8f3c2d1", false, "1.0.0")]
    [InlineData("", false, "1.0.0")]
    [InlineData(null, true, "1.0.0")]
    public void From_InformationalVersion_IsCutAtThePlusUnlessByDeployment(string? informational, bool byDeployment, string expected) =>
        Assert.Equal(expected, ApplicationVersion.From(informational, byDeployment));

    [Theory]
    [InlineData("1.0.0", true, true)]
    [InlineData("1.0.0", false, false)]
    [InlineData("1.0.1", true, false)]
    public void IsLeftPlain_Version_OnlyWhereNobodyChoseIt(string version, bool isDefault, bool expected) =>
        Assert.Equal(expected, ApplicationVersion.IsLeftPlain(version, isDefault));

    [Fact]
    public void VersionByDeployment_VersionSet_IsTheOneSet()
    {
        var options = new TieredCacheOptions { Version = "7" };
        options.VersionByDeployment();

        Assert.Equal("7", options.Version);
        Assert.False(options.IsVersionDefault);
    }

    [Theory]
    [InlineData("shop", "", "shop")]
    [InlineData("shop", "orders", "shop.orders")]
    [InlineData("my shop", "orders", "my_shop.orders")]
    public void For_HostsName_IsMadeAName(string host, string cache, string expected) =>
        Assert.Equal(expected, ApplicationName.For(host, cache));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void For_NoHost_IsAValidName(string? host) => Assert.True(NameText.IsValid(ApplicationName.For(host, "orders")));
}
