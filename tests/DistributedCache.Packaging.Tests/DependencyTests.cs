namespace DistributedCache.Packaging.Tests;

/// <summary>What a package brings along. A new dependency is a decision: it is named here when it is made.</summary>
public class DependencyTests(PackedFeed feed)
{
    private static readonly Dictionary<string, string[]> Meant = new()
    {
        ["DistributedCache"] =
        [
            "Microsoft.Extensions.Caching.Abstractions",
            "Microsoft.Extensions.Configuration.Binder",
            "Microsoft.Extensions.Diagnostics.Abstractions",
            "Microsoft.Extensions.Hosting.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options.ConfigurationExtensions",
            "Polly.Core",
            "Polly.Extensions",
            "Polly.RateLimiting",
            "System.Threading.RateLimiting",
        ],
        ["DistributedCache.AspNetCore"] = ["DistributedCache"],
        ["DistributedCache.Redis"] = ["DistributedCache", "StackExchange.Redis"],
        ["DistributedCache.EntityFrameworkCore"] = ["DistributedCache", "Microsoft.EntityFrameworkCore.Relational"],
    };

    public static TheoryData<string> Ids => [.. Repository.Packed];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Packed_DependsOnNothingButWhatIsMeant(string id)
    {
        var package = feed.Open(id);
        var dependencies = package.Metadata().Descendants().Where(static e => e.Name.LocalName == "dependency").Select(static e => e.Attribute("id")!.Value);

        Assert.Equal(Meant.GetValueOrDefault(package.Id, []), dependencies.Order(StringComparer.Ordinal));
    }
}
