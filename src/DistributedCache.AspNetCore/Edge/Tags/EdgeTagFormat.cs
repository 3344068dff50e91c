namespace DistributedCache.AspNetCore.Edge.Tags;

/// <summary>How an edge reads a response's tags.</summary>
/// <param name="Header">The response header.</param>
/// <param name="Separator">What stands between two tags.</param>
/// <param name="MaximumTags">How many tags it keeps of a response.</param>
/// <param name="MaximumTagLength">The longest tag, in characters.</param>
/// <param name="MaximumLength">The longest value, in characters.</param>
internal sealed record EdgeTagFormat(string Header, char Separator, int MaximumTags, int MaximumTagLength, int MaximumLength)
{
    /// <summary>The header's value; null where the edge would keep only a part of it.</summary>
    public string? Format(IReadOnlyCollection<string> tags)
    {
        if (tags.Count > MaximumTags || tags.Any(tag => tag.Length > MaximumTagLength)) return null;
        var value = string.Join(Separator, tags);
        return value.Length <= MaximumLength ? value : null;
    }
}
