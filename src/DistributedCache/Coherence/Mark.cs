namespace DistributedCache.Coherence;

/// <summary>What an invalidation of many entries names.</summary>
internal enum MarkKind : byte
{
    Tag,
    Prefix,

    /// <summary>Everything in a partition.</summary>
    Clear,

    /// <summary>Everything of one tenant in a partition.</summary>
    TenantClear,
}

/// <summary>A tag, a prefix or a clear: something that invalidates entries by being newer than they are.</summary>
internal readonly record struct Mark(MarkKind Kind, string Tenant, string Name)
{
    /// <summary>Whether it is a clear, which no pruning forgets.</summary>
    public bool IsClear => Kind is MarkKind.Clear or MarkKind.TenantClear;

    public static Mark Clear { get; } = new(MarkKind.Clear, "", "");

    public static Mark Tag(string tenant, string name) => new(MarkKind.Tag, tenant, name);

    public static Mark Prefix(string tenant, string name) => new(MarkKind.Prefix, tenant, name);

    public static Mark ClearOf(string tenant) => tenant.Length == 0 ? Clear : new(MarkKind.TenantClear, tenant, "");
}
