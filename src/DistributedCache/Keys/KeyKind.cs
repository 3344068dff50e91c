namespace DistributedCache.Keys;

/// <summary>What kind of value lives under a key, which is part of where it lives.</summary>
internal enum KeyKind : byte
{
    /// <summary>A copy of something that can be loaded again.</summary>
    Cached,

    /// <summary>A value that is nowhere else, such as a session.</summary>
    Primary,

    /// <summary>A primary value that came through <c>IDistributedCache</c>, whose keys may be any string.</summary>
    Distributed,
}
