using System.Text.RegularExpressions;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>What the mapping tables of the migration pages say is code of this folder, which is compiled and run.</summary>
public partial class TableTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("from-idistributedcache.md", "FromDistributedCache.cs")]
    [InlineData("from-hybridcache.md", "FromHybridCache.cs")]
    [InlineData("from-fusioncache.md", "FromFusionCache.cs")]
    [InlineData("from-response-caching.md", "FromResponseCaching.cs")]
    [InlineData("from-output-caching.md", "FromOutputCaching.cs")]
    public void Cell_OfEachRow_IsCompiledCode(string page, string source)
    {
        var code = File.ReadAllText(Path.Combine(Root, "tests", "DistributedCache.AspNetCore.Tests", "Docs", "Migration", source));
        var cells = File.ReadLines(Path.Combine(Root, "docs", page))
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(static row => row.Trim('|').Split(" | ", StringSplitOptions.TrimEntries))
            .ToArray();

        Assert.NotEmpty(cells);
        Assert.All(cells, static row => Assert.Equal(2, row.Length));
        Assert.All(cells.SelectMany(static row => row).SelectMany(static cell => Code().Matches(cell)), cell => Assert.Contains(cell.Groups[1].Value, code, StringComparison.Ordinal));
    }

    private static string FindRoot()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "DistributedCache.sln"))) root = Path.GetDirectoryName(root)!;
        return root;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
