using System.Text.RegularExpressions;

namespace DistributedCache.Tests.Docs;

public partial class PageTests
{
    [Fact]
    public void Pages_CodeBlocks_AreCompiledSamples()
    {
        var samples = Pages.Samples().ToHashSet(StringComparer.Ordinal);

        var strange = Pages.All.SelectMany(static page => Pages.Blocks(page), static (page, block) => $"{page}:\n{block}")
            .Where(shown => !samples.Contains(shown[(shown.IndexOf('\n', StringComparison.Ordinal) + 1)..]))
            .ToArray();

        Assert.True(strange.Length == 0, $"These blocks are no region of a source in tests/*/Docs:\n{string.Join("\n\n", strange)}");
    }

    [Fact]
    public void Samples_All_AreShown()
    {
        var shown = Pages.All.SelectMany(Pages.Blocks).ToHashSet(StringComparer.Ordinal);

        Assert.All(Pages.Samples(), sample => Assert.Contains(sample, shown));
    }

    [Fact]
    public void Pages_RelativeLinks_Resolve()
    {
        var links = Pages.All.SelectMany(Links).ToArray();

        Assert.NotEmpty(links);
        var broken = links.Where(static link => !Exists(link.Page, link.Target)).Select(static link => $"{link.Page}: {link.Target}").ToArray();
        Assert.True(broken.Length == 0, $"These links lead nowhere:\n{string.Join('\n', broken)}");
    }

    [Fact]
    public void Index_EveryPage_IsLinked()
    {
        var linked = Links("docs/README.md").Select(static link => link.Target).ToHashSet(StringComparer.Ordinal);

        var pages = Pages.All.Where(static page => page is not ("README.md" or "docs/README.md")).Select(static page => Path.GetFileName(page));
        Assert.All(pages, page => Assert.Contains(page, linked));
    }

    private static IEnumerable<(string Page, string Target)> Links(string page)
    {
        var isCode = false;
        foreach (var line in Pages.Lines(page))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) isCode = !isCode;
            if (isCode) continue;
            foreach (Match link in Link().Matches(line))
            {
                var target = link.Groups[1].Value;
                if (!target.Contains("://", StringComparison.Ordinal)) yield return (page, target);
            }
        }
    }

    private static bool Exists(string page, string target)
    {
        var parts = target.Split('#', 2);
        var path = Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, parts[0]);
        if (parts[0].Length == 0) path = Path.Combine(Pages.Root, page);
        if (parts.Length == 1) return Path.Exists(path);
        return File.Exists(path) && File.ReadLines(path).Any(line => line.StartsWith('#') && Anchor(line) == parts[1]);
    }

    /// <summary>A heading's anchor, as GitHub makes it.</summary>
    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
