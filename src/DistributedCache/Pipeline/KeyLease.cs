using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>One load's right to fill a key in the remote tier: asked for, kept while the factory runs, used up or given back.</summary>
internal sealed class KeyLease(CacheEngine engine, CacheKey key, CancellationToken abandoned) : IDisposable
{
    private volatile bool _isHeld;
    private ITimer? _extension;

    public ulong Token { get; } = (ulong)Random.Shared.NextInt64();

    /// <summary>The head with which it was granted: the key's stamp. Null where none was.</summary>
    public Head? Head { get; private set; }

    public bool IsHeld => _isHeld;

    /// <summary>The last entry that the load has seen and can't use, which does not answer it; 0: none.</summary>
    public ulong RejectedId { get; private set; }

    /// <summary>Notes such an entry; false.</summary>
    public bool Reject(ulong id)
    {
        RejectedId = id;
        return false;
    }

    /// <summary>Asks once. An entry in the answer is the caller's to dispose.</summary>
    public async ValueTask<LeaseReply> AskAsync()
    {
        var reply = await engine.Remote.LeaseAsync(key, Token, RejectedId, engine.KnownOf(key.Partition), abandoned).ConfigureAwait(false);
        Take(reply);
        return reply;
    }

    /// <summary>Holds it if it was granted.</summary>
    public void Take(in LeaseReply reply)
    {
        var partition = engine.Coherence[key.Partition];
        lock (partition.Lock) partition.See(reply.Head);
        if (!reply.IsGranted) return;
        Head = reply.Head;
        _isHeld = true;
        _extension = engine.Clock.CreateTimer(static self => _ = ((KeyLease)self!).ExtendAsync(), this, engine.LeaseDuration / 3);
    }

    /// <summary>Gives it up to a fill, which ends it either way.</summary>
    public void Use() => _isHeld = false;

    public async ValueTask ReleaseAsync()
    {
        if (!_isHeld) return;
        _isHeld = false;
        try
        {
            await engine.Remote.ReleaseAsync(key, Token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // It ends by itself.
            engine.RemoteFailed(exception);
        }
    }

    public void Dispose() => _extension?.Dispose();

    /// <summary>One that was voided meanwhile stays void.</summary>
    private async Task ExtendAsync()
    {
        try
        {
            if (_isHeld && !await engine.Remote.ExtendAsync(key, Token, abandoned).ConfigureAwait(false)) _extension?.Dispose();
        }
        catch (Exception exception)
        {
            if (!abandoned.IsCancellationRequested) engine.RemoteFailed(exception);
        }
    }
}
