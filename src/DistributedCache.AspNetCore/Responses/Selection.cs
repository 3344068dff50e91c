namespace DistributedCache.AspNetCore.Responses;

/// <summary>For which requests a response is (RFC 9111, section 4.1).</summary>
/// <param name="Names">The request fields it was chosen by, lower-case, each once, in order.</param>
/// <param name="Values">What they said, as one text.</param>
/// <param name="Language">The same with the response's own language in the place of <c>Accept-Language</c>: it is the best there can be
/// for who prefers that language to all others. Null where the response says no language, or was not chosen by it.</param>
internal sealed record Selection(string[] Names, string Values, string? Language)
{
    /// <summary>Whether who asks for it has said that he can read it.</summary>
    public bool IsByCoding { get; } = Array.IndexOf(Names, "accept-encoding") >= 0;

    /// <summary>Of a response that is for every request.</summary>
    public static Selection All { get; } = new([], "", null);
}
