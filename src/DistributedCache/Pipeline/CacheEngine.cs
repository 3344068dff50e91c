using System.Diagnostics.Metrics;
using System.Text.Json;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Expiry;
using DistributedCache.Flights;
using DistributedCache.Keys;
using DistributedCache.Local;
using DistributedCache.Profiles;
using DistributedCache.Queue;
using DistributedCache.Registration;
using DistributedCache.Remote;
using DistributedCache.Resilience;
using DistributedCache.Serialization;
using DistributedCache.Verification;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;

namespace DistributedCache.Pipeline;

/// <summary>The parts of one cache, made once and disposed together.</summary>
internal sealed class CacheEngine : IDisposable, IAsyncDisposable
{
    private readonly SourcePipelines _pipelines;
    private readonly Follower _follower;
    private readonly Maintenance _maintenance;
    private readonly Verifier? _verifier;
    private readonly byte[] _regions;
    private int _isDisposed;

    private CacheEngine(IServiceProvider services, string name, ProfileSource profiles)
    {
        Profiles = profiles;
        var options = profiles.Options;
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        Log = loggers.CreateLogger(name.Length == 0 ? "DistributedCache" : $"DistributedCache.{name}");
        Scopes = services.GetService<IServiceScopeFactory>();
        Clock = new CacheClock(options.TimeProvider);
        MaximumKeyLength = options.MaximumKeyLength;
        MaxStaleness = options.MaxStaleness;
        LeaseDuration = options.LeaseDuration;
        Remote = (name.Length == 0 ? services.GetService<IRemoteTier>() : services.GetKeyedService<IRemoteTier>(name))
            ?? new InProcessRemote(holdsValues: false, isShared: false, options.Partitions, options.TagsPerPartition, (long)options.LeaseDuration.TotalMilliseconds, options.TimeProvider);
        Applications = name.Length == 0 ? services.GetService<IRemoteApplications>() : services.GetKeyedService<IRemoteApplications>(name);

        Faults = new FaultReports(Log, options.TimeProvider, Remote.Describe);
        Remote = ResilientRemote.Over(Remote, options.RemoteTimeout, options.TimeProvider, Faults);
        var resolver = new SerializerResolver(services, name.Length == 0 ? null : services.GetKeyedService<JsonSerializerOptions>(name));
        var weights = new WeightEstimator(resolver, Faults.Unweighable);
        Values = new CacheValues(new PayloadSerializer(resolver), weights, Faults, options.MaximumPayloadBytes, () => Profiles.Options.Strict);

        Store = new LocalStore(LocalRegions.Of(profiles.Current, options.LocalSizeLimit, out _regions));
        Local = new LocalCopies(Store, Clock);
        Renewals = new SlidingRenewals(this);
        Coherence = new CoherenceState(
            Remote.Partitions, (long)options.MaxStaleness.TotalMilliseconds - Clock.Step, options.TagsPerPartition, Local,
            services.GetService(typeof(ProtocolRules)) as ProtocolRules? ?? ProtocolRules.All);
        Calls = new CallResolver(profiles, Coherence, options.MaximumKeyLength);
        Meter = new CacheMeter(services.GetService<IMeterFactory>(), name, () => Counters.All, Store, Faults, () => Queue?.Length ?? 0);
        Faults.Counted += Meter.Fault;
        _pipelines = new SourcePipelines(options.TimeProvider);

        profiles.Changed += OnProfilesChanged;
        OnProfilesChanged();
        Marks = new MarkLookups(Remote, Coherence, Clock, RemoteFailed);
        _follower = new Follower(Remote, Coherence, Waits, Clock, Versions, new VersionOverlap(OtherVersion), RemoteFailed, () => Queue?.Hurry());
        Acknowledgements = new Acknowledgements(this, _follower);
        Queue = new InvalidationQueue(this, options.MaximumQueuedInvalidations, options.RemoteTimeout);
        Started = StartAsync(options.HeartbeatInterval);
        _maintenance = new Maintenance(Store, Clock, Log, MemoryPressure.Read);
        _verifier = Verifier.Start(this, options.VerifySample, () => Counters.All.Sum(static profile => HitCounters.Read(profile.LocalHit)));
        Default = new TieredCache(this, tenant: "", isolates: false);
        Isolated = new TieredCache(this, tenant: "", isolates: true);
    }

    /// <summary>Completed when the first heads were read, or could not be. Never fails. Before it there is nothing to stamp or to judge
    /// an entry with, so what reads past L1 or stores waits for it.</summary>
    public Task Started { get; }

    public ProfileSource Profiles { get; }

    public CacheClock Clock { get; }

    public LocalStore Store { get; }

    public LocalCopies Local { get; }

    public SlidingRenewals Renewals { get; }

    public CoherenceState Coherence { get; }

    public IRemoteTier Remote { get; }

    /// <summary>The other applications of the remote tier; null where it has none.</summary>
    public IRemoteApplications? Applications { get; }

    public FlightTable Flights { get; } = new();

    public LeaseWaits Waits { get; } = new();

    public MarkLookups Marks { get; }

    /// <summary>Where acknowledged writes are carried out.</summary>
    public Acknowledgements Acknowledgements { get; }

    /// <summary>Invalidations the remote tier has yet to be told.</summary>
    public InvalidationQueue Queue { get; }

    public CacheValues Values { get; }

    public ProfileCounters Counters { get; } = new();

    public CacheMeter Meter { get; }

    public FaultReports Faults { get; }

    public ILogger Log { get; }

    public IServiceScopeFactory? Scopes { get; }

    /// <summary>Told the tenant and the tag of each invalidation by tag, once it is acknowledged and before its caller goes on; of one that
    /// is queued also before that, when it holds here. Never fails. Null where nobody is to be told.</summary>
    public Func<string, string, ValueTask>? TagInvalidated { get; set; }

    public int MaximumKeyLength { get; }

    /// <summary>What calls on keys are resolved by.</summary>
    public CallResolver Calls { get; }

    public TimeSpan MaxStaleness { get; }

    public TimeSpan LeaseDuration { get; }

    public bool IsEnabled => Coherence.Version.IsOpen;

    /// <summary>The cache as its users see it.</summary>
    public TieredCache Default { get; }

    /// <summary>The same for callers who must not share instances.</summary>
    public TieredCache Isolated { get; }

    /// <summary>Makes the cache of that name. Its profiles belong to the services, as it does itself.</summary>
    public static CacheEngine Create(IServiceProvider services, string name) => new(services, name, services.GetCacheService<ProfileSource>(name));

    public EntryCall Call<T>(string tenant, string key, TieredCacheEntryOptions? options, IEnumerable<string>? tags, bool isolates) =>
        Calls.Resolve<T>(tenant, key, options, tags, isolates);

    public CacheKey Key(string tenant, string key) => Calls.Key(tenant, key);

    public Known KnownOf(int partition)
    {
        var state = Coherence[partition];
        lock (state.Lock) return state.Known;
    }

    /// <summary>Whether L1 holds such an entry: a sliding one whose other readers renew it elsewhere does so only where its owner set a cap.</summary>
    public bool KeepsLocally(in EntryCall call, in EntryTimes times) =>
        times.Sliding == 0 || !Remote.HoldsValues || call.Policy.CapsLocal;

    public LocalEntry MakeEntry(in EntryCall call, object stored, int weight, in EntryTimes times, StampSet stamps, long sequence)
    {
        var profile = call.Policy.Profile;
        var entry = LocalCopies.Make(call.Key.Index, stored, weight, RegionOf(profile), times, profile.EarlyRefresh);
        entry.Stamps = stamps;
        entry.Sequence = sequence;
        entry.CounterId = CountersOf(profile).LocalHit;

        // The quick way of a hit asks no profile: where that keeps readers out of L1, the entry is never current to it.
        if (profile.Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead) && entry is not SlidingEntry)
        {
            entry.EarlyWindow = entry.Lifetime;
            entry.Deadline = times.Created;
        }

        return entry;
    }

    /// <summary>Notes what came of keeping an entry; only a full budget is news.</summary>
    public bool Kept(PutResult result, ResolvedProfile profile)
    {
        if (result == PutResult.RefusedFull) Faults.BudgetFull(profile.Name, profile.LocalBudget ?? 0);
        return result == PutResult.Stored;
    }

    public CacheCounters CountersOf(ResolvedProfile profile) => Counters.Of(profile.Index, profile.Name);

    public byte RegionOf(ResolvedProfile profile) => profile.Index < _regions.Length ? _regions[profile.Index] : (byte)0;

    public ResiliencePipeline PipelineOf(ResolvedProfile profile)
    {
        var timeout = profile.FactoryHardTimeout == Timeout.InfiniteTimeSpan ? (TimeSpan?)null : profile.FactoryHardTimeout;
        return profile.Source is { } source && Profiles.Options.Sources.TryGetValue(source, out var limits)
            ? _pipelines.For(source, limits.MaximumConcurrentLoads, limits.MaximumQueuedLoads, timeout)
            : _pipelines.For(null, 0, 0, timeout);
    }

    /// <summary>Reads a partition's head now and follows it there; false where that is not reached.</summary>
    public async ValueTask<bool> TrySyncAsync(int partition)
    {
        try
        {
            return await _follower.SyncAsync(partition).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RemoteFailed(exception);
            return false;
        }
    }

    /// <summary>Invalidates a key in this process alone, where the remote tier could not be told: what is here of it, and what is under
    /// way, is not kept.</summary>
    public void DropLocally(in CacheKey key)
    {
        var partition = Coherence[key.Partition];
        lock (partition.Lock) partition.Forget(key.Index);
    }

    /// <summary>Learns of an entry's marks, and looks for what its partitions may have missed.</summary>
    public async ValueTask CatchUpAsync(StampSet stamps, CancellationToken cancellationToken)
    {
        await Marks.LearnAsync([stamps], cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(MarkLookups.MarksOf([stamps]).Keys.Select(_follower.CatchUpAsync)).ConfigureAwait(false);
    }

    /// <summary>Tells of an invalidation by tag; of no other mark.</summary>
    public ValueTask TellAsync(Mark mark) => mark.Kind == MarkKind.Tag && TagInvalidated is { } told ? told(mark.Tenant, mark.Name) : default;

    public void RemoteFailed(Exception exception) => Faults.Remote(exception);

    public void BadEnvelope(EnvelopeFault fault) => Faults.Envelope(fault);

    /// <summary>A key as a message may show it.</summary>
    public static string Show(in EntryCall call) => call.Policy.Profile.Sensitive ? "(hidden: its profile is sensitive)" : call.Key.Name;

    /// <summary>Ends a load's context. Its services' disposal is not the caller's concern.</summary>
    public async ValueTask EndAsync(LoadContext context)
    {
        try
        {
            await context.EndAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            CacheLog.ScopeFailed(Log, exception);
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        Profiles.Changed -= OnProfilesChanged;
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        if (_verifier is not null) await _verifier.DisposeAsync().ConfigureAwait(false);
        await Queue.DisposeAsync().ConfigureAwait(false);
        await _follower.DisposeAsync().ConfigureAwait(false);
        _pipelines.Dispose();
        Meter.Dispose();
        Counters.Dispose();
    }

    /// <summary>The versions of all entries that this node may read or write.</summary>
    private string[] Versions() => [.. Profiles.Current.All.Select(static profile => profile.Version).Distinct()];

    private void OtherVersion(string other) => CacheLog.VersionsOverlap(Log, other, Profiles.Options.Application, Profiles.Options.Version);

    private async Task StartAsync(TimeSpan heartbeat)
    {
        try
        {
            await _follower.StartAsync(heartbeat).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            RemoteFailed(exception);
        }
    }

    private void OnProfilesChanged()
    {
        Coherence.Version.IsOpen = Profiles.Options.Enabled;
        foreach (var profile in Profiles.Current.All) CountersOf(profile);
    }
}
