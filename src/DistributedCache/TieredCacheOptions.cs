using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using DistributedCache.Registration;

namespace DistributedCache;

/// <summary>A cache's options.</summary>
/// <remarks>Code sets defaults and configuration overrides them: section <c>TieredCache</c>, a named cache's
/// <c>TieredCache:Caches:&lt;name&gt;</c>. All are validated together at start-up. A valid change of configuration takes effect
/// while the application runs in <see cref="Enabled"/>, <see cref="Strict"/>, <see cref="Sources"/>, <see cref="Profiles"/> and
/// <see cref="DistributedCache"/>; all else needs a restart, and is logged until then. An invalid one is logged and changes nothing.</remarks>
public sealed class TieredCacheOptions
{
    /// <summary>The longest lifetime of anything: 30 days.</summary>
    public static readonly TimeSpan MaximumLifetime = TieredCacheDefaults.MaximumLifetime;

    private string? _application;
    private string? _version;
    private TimeProvider? _timeProvider;
    private long? _localSizeLimit;
    private TimeSpan? _heartbeatInterval;
    private bool? _strict;
    private Fallback _fallback = new(null, null, false);
    private bool _byDeployment;

    /// <summary>The name under which processes share a cache; letters, digits, <c>.</c>, <c>_</c>, <c>-</c>. Default: the host's
    /// application name, else the entry assembly's; a named cache's: that, a dot, its name. A change needs a restart.</summary>
    [AllowNull]
    public string Application
    {
        get => _application ?? _fallback.Application ?? ApplicationName.For(null, "");
        set => _application = value;
    }

    /// <summary>The version of the entries: each has its own, and processes that share a cache must agree on it; letters, digits,
    /// <c>.</c>, <c>_</c>, <c>-</c>. Default: the entry assembly's informational version up to its <c>+</c>. A change needs a restart.</summary>
    [AllowNull]
    public string Version
    {
        get => _version ?? ApplicationVersion.From(Assembly.GetEntryAssembly(), _byDeployment);
        set => _version = value;
    }

    /// <summary>The clock. Default: the <see cref="System.TimeProvider"/> among the services, else <see cref="TimeProvider.System"/>.</summary>
    [AllowNull]
    public TimeProvider TimeProvider
    {
        get => _timeProvider ?? _fallback.TimeProvider ?? TimeProvider.System;
        set => _timeProvider = value;
    }

    /// <summary>The memory for values in this process (L1), in bytes; more than zero. Default: a tenth of what the GC may use, at most 256 MB.</summary>
    public long LocalSizeLimit
    {
        get => _localSizeLimit ?? TieredCacheDefaults.LocalSizeLimit(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        set => _localSizeLimit = value;
    }

    /// <summary>The largest payload that is sent to the remote tier, in bytes; 1 to 536,870,912. Default: 1,048,576.</summary>
    public int MaximumPayloadBytes { get; set; } = TieredCacheDefaults.MaximumPayloadBytes;

    /// <summary>The longest key or tag, in characters; 1 to 65,535. Default: 1,024.</summary>
    public int MaximumKeyLength { get; set; } = TieredCacheDefaults.MaximumKeyLength;

    /// <summary>How long one process may hold the right to load a key before another may; more than zero and at most an hour. Default: 10 seconds.</summary>
    public TimeSpan LeaseDuration { get; set; } = TieredCacheDefaults.LeaseDuration;

    /// <summary>How long a call to the remote tier may take before the cache goes on without its answer; from 10 ms to a minute. Default: 1 second.</summary>
    public TimeSpan RemoteTimeout { get; set; } = TieredCacheDefaults.RemoteTimeout;

    /// <summary>How long after an invalidation another node's L1 may still answer the old value as fresh; from 100 ms to an hour. Default: 2 seconds.</summary>
    public TimeSpan MaxStaleness { get; set; } = TieredCacheDefaults.MaxStaleness;

    /// <summary>How often a node reads every partition's head; more than zero and less than <see cref="MaxStaleness"/>. Default: a quarter of it.</summary>
    public TimeSpan HeartbeatInterval
    {
        get => _heartbeatInterval ?? MaxStaleness / TieredCacheDefaults.HeartbeatsPerStaleness;
        set => _heartbeatInterval = value;
    }

    /// <summary>How many partitions the keys are spread over; 1 to 16,384; the same in all processes that share a cache. Default: 64.
    /// A change needs a restart, and another <see cref="Application"/>.</summary>
    public int Partitions { get; set; } = TieredCacheDefaults.Partitions;

    /// <summary>How many invalidations each partition's log holds, so that a node that was away can catch up; 1 to 1,048,576. Default: 4,096.</summary>
    public int LogLength { get; set; } = TieredCacheDefaults.LogLength;

    /// <summary>How many invalidated tags each partition remembers one by one; 1 to 1,048,576. Default: 32,768.</summary>
    public int TagsPerPartition { get; set; } = TieredCacheDefaults.TagsPerPartition;

    /// <summary>Keys, tags and prefixes whose invalidation waits at most while the remote tier is away, from 1; over that everything
    /// is invalidated once it is back. At least one for each partition is kept. Default: 10,000.</summary>
    public int MaximumQueuedInvalidations { get; set; } = TieredCacheDefaults.MaximumQueuedInvalidations;

    /// <summary>The fraction of the hits in this process (L1) that is compared with a shared remote tier, behind the answers; 0 (none) to
    /// 1 (all, but at most 32 a second). What is found to be older than <see cref="MaxStaleness"/> allows is counted, logged and dropped.
    /// Default: 0.0001.</summary>
    public double VerifySample { get; set; } = TieredCacheDefaults.VerifySample;

    /// <summary>Whether the cache caches; if not, every call is a miss that runs its factory. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether what is otherwise a counted miss throws, such as a type that can't be serialized. Default: true in the
    /// Development environment, else false.</summary>
    public bool Strict
    {
        get => _strict ?? _fallback.Strict;
        set => _strict = value;
    }

    /// <summary>The profiles by name; names ignore case. <c>Default</c> is always there.</summary>
    public IDictionary<string, TieredCacheProfile> Profiles { get; } =
        new Dictionary<string, TieredCacheProfile>(StringComparer.OrdinalIgnoreCase) { [TieredCacheDefaults.ProfileName] = new() };

    /// <summary>What the factories load from, by the names that <see cref="TieredCacheProfile.Source"/> gives; names ignore case.</summary>
    public IDictionary<string, SourceOptions> Sources { get; } =
        new Dictionary<string, SourceOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How this cache behaves as an <c>IDistributedCache</c>.</summary>
    public DistributedCacheAdapterOptions DistributedCache { get; } = new();

    /// <summary>What configuration holds that is no value of its option.</summary>
    internal List<string> BindingFaults { get; } = [];

    /// <summary>Whether nobody chose the version, so that it is the assembly's.</summary>
    internal bool IsVersionDefault => _version is null;

    /// <summary>Makes the default <see cref="Version"/> all of the entry assembly's informational version, commit included, so that
    /// each deployment starts clean. What is no character of a version becomes <c>_</c>. A version that is set still wins.</summary>
    public void VersionByDeployment() => _byDeployment = true;

    /// <summary>Sets what the defaults take from where the cache runs.</summary>
    internal void FallBackTo(string application, TimeProvider? timeProvider, bool strict) =>
        _fallback = new(application, timeProvider, strict);

    private readonly record struct Fallback(string? Application, TimeProvider? TimeProvider, bool Strict);
}
