using System.Numerics;

namespace DistributedCache.Coherence;

/// <summary>All partitions as this node knows them, and the judging of entries that span several.</summary>
internal sealed class CoherenceState
{
    private readonly PartitionState[] _partitions;
    private readonly long _maxStaleness;
    private readonly ProtocolRules _rules;
    private SeenSnapshot? _snapshot;

    /// <param name="partitions">How many.</param>
    /// <param name="maxStaleness">In milliseconds; one step of the clock is already taken off.</param>
    /// <param name="maximumMarks">Marks a partition remembers.</param>
    /// <param name="local">L1.</param>
    /// <param name="rules">All of them, but in a test of what one is for.</param>
    public CoherenceState(int partitions, long maxStaleness, int maximumMarks, ILocalDrops local, ProtocolRules rules = ProtocolRules.All)
    {
        _rules = rules;
        _maxStaleness = maxStaleness;
        _partitions = new PartitionState[partitions];
        for (var i = 0; i < partitions; i++) _partitions[i] = new PartitionState(i, maximumMarks, local, Version, rules);
    }

    public CoherenceVersion Version { get; } = new();

    public int Count => _partitions.Length;

    /// <summary>Whether a rule is kept to.</summary>
    public bool Holds(ProtocolRules rule) => (_rules & rule) != 0;

    public PartitionState this[int partition] => _partitions[partition];

    /// <summary>What has been seen of every partition, for the stamps of a load that begins now. Shared until something changes.</summary>
    /// <remarks>The moment is read first: a change during the copying leaves an older moment on the snapshot, so the next load takes
    /// a new one. A stamp that is too old is safe, it only misses more.</remarks>
    public SeenSnapshot Snapshot()
    {
        var moment = Version.Moment;
        if (Volatile.Read(ref _snapshot) is { } present && present.Moment == moment) return present;
        var version = Version.Current;
        var hold = Version.LastHold;
        var partitions = new SeenSnapshot.Partition[_partitions.Length];
        for (var i = 0; i < partitions.Length; i++)
        {
            var partition = _partitions[i];
            lock (partition.Lock) partitions[i] = new SeenSnapshot.Partition(partition.Incarnation, partition.Seen, partition.Generation);
        }

        var snapshot = new SeenSnapshot(moment, version, hold, partitions);
        Volatile.Write(ref _snapshot, snapshot);
        return snapshot;
    }

    /// <summary>Where equal stamps meet.</summary>
    public StampPool Stamps { get; } = new();

    /// <summary>Judges an entry by every partition its key and marks live in.</summary>
    /// <param name="stamps">Its stamps.</param>
    /// <param name="sequence">Its key's stamp.</param>
    /// <param name="now">Monotonic milliseconds.</param>
    /// <param name="began">When its load began, where that was in this process: what it can have missed is no older.</param>
    public Verdict Judge(StampSet stamps, long sequence, long now, long began = long.MinValue)
    {
        var key = _partitions[stamps.Partition];
        Verdict verdict;
        lock (key.Lock) verdict = key.Verdicts.OfKey(stamps, sequence);
        var verified = IsVerified(key, now);
        foreach (ref readonly var stamp in stamps.Marks)
        {
            if (verdict == Verdict.Invalid) return verdict;
            var partition = _partitions[stamp.Partition];
            lock (partition.Lock) verdict = PartitionVerdicts.Worse(verdict, partition.Verdicts.Of(stamp, stamps.Hold));
            if (Holds(ProtocolRules.EveryPartitionVerified)) verified &= IsVerified(partition, now);
        }

        return verdict == Verdict.Valid && !verified && !IsRecent(began, now) ? Verdict.Unverified : verdict;
    }

    /// <summary>Judges an entry of the remote tier: also whether invalidations reach its version, from when that was registered.</summary>
    /// <param name="stamps">Its stamps.</param>
    /// <param name="version">The version it was stored for.</param>
    /// <param name="sequence">Its key's stamp.</param>
    /// <param name="now">Monotonic milliseconds.</param>
    public Verdict JudgeStored(StampSet stamps, string version, long sequence, long now)
    {
        // The version is read first: what changes while judging makes the next read judge again.
        var moment = Version.Current;
        if (now <= Version.FreshThrough && stamps.Found is { } found && found.Moment == moment && sequence >= found.Sequence && found.Version == version) return Verdict.Valid;
        var partition = _partitions[stamps.Partition];
        lock (partition.Lock)
        {
            if (!partition.Covers(version, sequence)) return Verdict.Invalid;
        }

        var verdict = Judge(stamps, sequence, now);
        if (verdict == Verdict.Unverified && !Holds(ProtocolRules.StoredVerified)) verdict = Verdict.Valid;
        if (verdict == Verdict.Valid) stamps.Found = new FoundValid(moment, version, sequence);
        return verdict;
    }

    /// <summary>Whether an invalidation that concerns such an entry has no number yet, so that the remote tier may neither be asked for
    /// it nor have it.</summary>
    public bool IsHeld(string index, StampSet stamps)
    {
        if (stamps.IsPrimary) return false;
        var partition = _partitions[stamps.Partition];
        lock (partition.Lock)
        {
            if (partition.Held.Has(index) || partition.Held.Concern(Mark.Clear, seen: 0) || partition.Held.Concern(Mark.ClearOf(stamps.Tenant), seen: 0)) return true;
        }

        foreach (ref readonly var stamp in stamps.Marks)
        {
            partition = _partitions[stamp.Partition];
            lock (partition.Lock)
            {
                if (partition.Held.Concern(stamp.Mark, seen: 0)) return true;
            }
        }

        return false;
    }

    /// <summary>Until when every partition of an entry counts as verified, or its own load as recent; <see cref="long.MinValue"/> where
    /// neither ever was.</summary>
    public long VerifiedThrough(StampSet stamps, long began)
    {
        var earliest = _partitions[stamps.Partition].VerifiedAt;
        foreach (ref readonly var stamp in stamps.Marks) earliest = Math.Min(earliest, _partitions[stamp.Partition].VerifiedAt);
        return Through(Math.Max(earliest, began));
    }

    /// <summary>Whether a moment is no longer ago than an invalidation may be unheard of.</summary>
    public bool IsRecent(long moment, long now) => moment != long.MinValue && now - moment <= _maxStaleness;

    /// <summary>Recomputes until when every partition counts as verified.</summary>
    public void Verified()
    {
        var earliest = long.MaxValue;
        foreach (var partition in _partitions) earliest = Math.Min(earliest, partition.VerifiedAt);
        Version.FreshThrough = Through(earliest);
    }

    /// <summary>A hash of every partition's incarnation and base, for tokens that stand for all heads.</summary>
    public ulong HashHeads()
    {
        var hash = 14695981039346656037UL;
        foreach (var partition in _partitions)
        {
            hash = (BitOperations.RotateLeft(hash, 29) ^ (ulong)partition.Incarnation) * 0x9E3779B97F4A7C15UL;
            hash = (BitOperations.RotateLeft(hash, 29) ^ (ulong)partition.Base) * 0xD6E8FEB86659FD93UL;
        }

        return hash == 0 ? 1 : hash;
    }

    private long Through(long verifiedAt) => verifiedAt is long.MaxValue or long.MinValue ? verifiedAt : verifiedAt + _maxStaleness;

    private bool IsVerified(PartitionState partition, long now)
    {
        var at = partition.VerifiedAt;
        return at == long.MaxValue || IsRecent(at, now);
    }
}
