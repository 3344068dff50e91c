namespace DistributedCache.Coherence;

/// <summary>The lowest version of its source that a load which begins now may read. It only rises, and does so before what asks for it is
/// known to have happened: who takes a number for a stamp has the version that belongs to it as well.</summary>
internal sealed class SourceFloor
{
    private long _version;

    /// <summary>The version; 0: any will do.</summary>
    public long Version => Volatile.Read(ref _version);

    public void Raise(long version)
    {
        for (var present = Version; present < version;)
        {
            var found = Interlocked.CompareExchange(ref _version, version, present);
            if (found == present) return;
            present = found;
        }
    }
}
