namespace DistributedCache.Tests.Docs;

/// <summary>The repository's pages, and the samples they are to show.</summary>
internal static class Pages
{
    public static string Root { get; } = FindRoot();

    /// <summary>README.md and docs/*.md, relative to the root.</summary>
    public static IEnumerable<string> All =>
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Order(StringComparer.Ordinal).Select(static file => $"docs/{Path.GetFileName(file)}"),
    ];

    public static string[] Lines(string page) => File.ReadAllLines(Path.Combine(Root, page));

    /// <summary>The C# blocks of a page.</summary>
    public static IEnumerable<string> Blocks(string page) => Between(Lines(page), static line => line == "```csharp", static line => line == "```");

    /// <summary>The regions of the sources in tests/*/Docs: each is compiled, and shown on some page.</summary>
    public static IEnumerable<string> Samples() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "tests"))
            .Select(static project => Path.Combine(project, "Docs"))
            .Where(Directory.Exists)
            .SelectMany(static folder => Directory.EnumerateFiles(folder, "*.cs"))
            .SelectMany(static file => Between(
                File.ReadAllLines(file),
                static line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal),
                static line => line.TrimStart() == "#endregion"));

    private static IEnumerable<string> Between(string[] lines, Func<string, bool> begins, Func<string, bool> ends)
    {
        List<string>? block = null;
        foreach (var line in lines)
        {
            if (block is null)
            {
                if (begins(line)) block = [];
            }
            else if (ends(line))
            {
                yield return Unindent(block);
                block = null;
            }
            else block.Add(line.TrimEnd());
        }
    }

    private static string Unindent(List<string> lines)
    {
        var indent = lines.Where(static line => line.Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..]));
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DistributedCache.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has DistributedCache.sln.");
    }
}
