namespace DistributedCache.AspNetCore;

/// <summary>What is to be said of the caching of responses in code: one of an endpoint or a group is among its metadata, as an attribute
/// or by <c>WithMetadata</c>; one among the services holds for every cached endpoint.</summary>
/// <remarks>Those of the services come first, then those of the metadata in order. An instance is shared by all requests. What one throws
/// is the request's failure.</remarks>
public interface ICacheResponsePolicy
{
    /// <summary>Before the cache is asked: leaves it out, tells responses apart, or tags what will be stored.</summary>
    /// <param name="lookup">The request.</param>
    /// <param name="cancellationToken">Cancelled when the client has gone.</param>
    /// <returns>When it is decided.</returns>
    ValueTask BeforeLookupAsync(CacheResponseLookup lookup, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Before the headers of a response go out that is to be stored, and when a stored one is renewed by a 304. Its body has yet to
    /// come.</summary>
    /// <param name="storing">The response.</param>
    void BeforeStoring(CacheResponseStoring storing)
    {
    }

    /// <summary>Before a stored response goes out: fresh, or stale for an application that failed.</summary>
    /// <param name="serving">The response.</param>
    void BeforeServing(CacheResponseServing serving)
    {
    }
}
