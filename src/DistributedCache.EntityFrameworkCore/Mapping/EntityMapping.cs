namespace DistributedCache.EntityFrameworkCore.Mapping;

/// <summary>The tags of a type's rows.</summary>
internal sealed record EntityMapping(Type Type, Func<object, IEnumerable<string?>> Tags, string? Coarse)
{
    /// <summary>Adds the tags of a row. The function is the user's: a commit must not fail of it.</summary>
    public void AddTo(ISet<string> tags, Func<object> entity, Warnings warnings)
    {
        try
        {
            foreach (var tag in Tags(entity()))
            {
                if (tag is not null) tags.Add(tag);
            }
        }
        catch (Exception exception)
        {
            warnings.TagsFailed(Type, exception);
        }
    }
}
