using System.Text;
using System.Xml.Linq;

namespace DistributedCache.Packaging.Tests;

/// <summary>What a package holds and says of itself.</summary>
public class PackageContentTests(PackedFeed feed)
{
    public static TheoryData<string> Ids => [.. Repository.Packed];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Packed_HoldsAssemblyDocumentationAndReadme(string id)
    {
        var package = feed.Open(id);
        var files = package.Files();

        Assert.Contains($"lib/net10.0/{package.Id}.dll", files);
        Assert.Contains($"lib/net10.0/{package.Id}.xml", files);
        Assert.Contains("README.md", files);
        Assert.Equal("README.md", Value(package, "readme"));
        Assert.Contains("<member name=", Encoding.UTF8.GetString(package.Read($"lib/net10.0/{package.Id}.xml")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Packed_HoldsNothingElse(string id)
    {
        var package = feed.Open(id);
        string[] own = [$"lib/net10.0/{package.Id}.dll", $"lib/net10.0/{package.Id}.xml", "README.md", $"{package.Id}.nuspec", "[Content_Types].xml"];

        // The container format's own parts have names that differ each time.
        Assert.DoesNotContain(
            package.Files().Except(own),
            static f => f is not "_rels/.rels" && !f.StartsWith("package/services/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Package_Packed_SaysItsLicenseVersionAndPurpose(string id)
    {
        var package = feed.Open(id);
        var license = Element(package, "license");

        Assert.Equal(package.Id, Value(package, "id"));
        Assert.Equal(feed.Version, Value(package, "version"));
        Assert.Equal("MIT", license?.Value);
        Assert.Equal("expression", license?.Attribute("type")?.Value);
        Assert.NotEqual("Package Description", Value(package, "description"));
        Assert.NotEqual(package.Id, Value(package, "authors"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Package_Packed_SaysWhereItsSourceIs(string id)
    {
        var repository = Element(feed.Open(id), "repository");

        Assert.Equal("git", repository?.Attribute("type")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", repository?.Attribute("commit")?.Value);
        if (await Repository.RemoteAsync() is not null)
            Assert.NotEmpty(repository?.Attribute("url")?.Value ?? "");
    }

    private static string? Value(Package package, string name) => Element(package, name)?.Value;

    private static XElement? Element(Package package, string name) =>
        package.Metadata().Elements().SingleOrDefault(e => e.Name.LocalName == name);
}
