namespace DistributedCache.Registration;

/// <summary>The options as configuration can hold them: all but the clock, of which the binder's generator could make nothing.</summary>
internal sealed class BoundOptions(TieredCacheOptions options)
{
    public string Application { get => options.Application; set => options.Application = value; }

    public string Version { get => options.Version; set => options.Version = value; }

    public long LocalSizeLimit { get => options.LocalSizeLimit; set => options.LocalSizeLimit = value; }

    public int MaximumPayloadBytes { get => options.MaximumPayloadBytes; set => options.MaximumPayloadBytes = value; }

    public int MaximumKeyLength { get => options.MaximumKeyLength; set => options.MaximumKeyLength = value; }

    public TimeSpan LeaseDuration { get => options.LeaseDuration; set => options.LeaseDuration = value; }

    public TimeSpan RemoteTimeout { get => options.RemoteTimeout; set => options.RemoteTimeout = value; }
    public TimeSpan MaxStaleness { get => options.MaxStaleness; set => options.MaxStaleness = value; }

    public TimeSpan HeartbeatInterval { get => options.HeartbeatInterval; set => options.HeartbeatInterval = value; }

    public int Partitions { get => options.Partitions; set => options.Partitions = value; }

    public int LogLength { get => options.LogLength; set => options.LogLength = value; }

    public int TagsPerPartition { get => options.TagsPerPartition; set => options.TagsPerPartition = value; }

    public int MaximumQueuedInvalidations { get => options.MaximumQueuedInvalidations; set => options.MaximumQueuedInvalidations = value; }

    public double VerifySample { get => options.VerifySample; set => options.VerifySample = value; }

    public bool Enabled { get => options.Enabled; set => options.Enabled = value; }

    public bool Strict { get => options.Strict; set => options.Strict = value; }

    public IDictionary<string, TieredCacheProfile> Profiles => options.Profiles;

    public IDictionary<string, SourceOptions> Sources => options.Sources;

    public DistributedCacheAdapterOptions DistributedCache => options.DistributedCache;
}
