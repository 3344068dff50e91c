using System.Diagnostics.CodeAnalysis;
using DistributedCache.Coherence;

namespace DistributedCache;

/// <summary>Stands for acknowledged writes, so that another node can say whether it has seen them. See <see cref="ITieredCache.WaitForAsync"/>.</summary>
/// <remarks>Tokens merge, so that one stands for all that a request wrote. As text a token is URL- and cookie-safe and at most
/// 512 characters long; the default token stands for nothing and is reached at once.</remarks>
public readonly struct ConsistencyToken : IEquatable<ConsistencyToken>, ISpanParsable<ConsistencyToken>
{
    /// <summary>More writes than this in different partitions become "every head, read from now on".</summary>
    internal const int MaximumParts = 16;

    private const int MaximumLength = 512;

    private readonly TokenPart[]? _parts;

    internal ConsistencyToken(TokenPart part, ulong heads)
    {
        _parts = [part];
        Heads = heads;
    }

    private ConsistencyToken(TokenPart[]? parts, bool all, ulong heads)
    {
        _parts = parts;
        IsEveryHead = all;
        Heads = heads;
    }

    /// <summary>Whether it stands for nothing.</summary>
    public bool IsEmpty => _parts is null && !IsEveryHead;

    /// <summary>Whether the parts were too many to name: what is meant is each partition's head as read from now on.</summary>
    internal bool IsEveryHead { get; }

    /// <summary>A hash of every partition's incarnation and base as the writer knew them; 0 where merged writers knew different ones.</summary>
    internal ulong Heads { get; }

    internal ReadOnlySpan<TokenPart> Parts => _parts;

    /// <summary>Makes one token of two.</summary>
    /// <param name="other">The other token.</param>
    /// <returns>A token that is reached when both are.</returns>
    public ConsistencyToken Merge(ConsistencyToken other)
    {
        if (IsEmpty) return other;
        if (other.IsEmpty) return this;
        var heads = Heads == other.Heads ? Heads : 0;
        if (IsEveryHead || other.IsEveryHead) return new ConsistencyToken(null, all: true, heads);
        var merged = new List<TokenPart>(_parts!);
        foreach (var part in other._parts!)
        {
            var at = merged.FindIndex(p => p.Partition == part.Partition);
            if (at < 0) merged.Add(part);
            else if ((part.Incarnation, part.Sequence).CompareTo((merged[at].Incarnation, merged[at].Sequence)) > 0) merged[at] = part;
        }

        merged.Sort(static (a, b) => a.Partition.CompareTo(b.Partition));
        var token = new ConsistencyToken([.. merged], all: false, heads);
        return merged.Count > MaximumParts || TokenText.Length(token) > MaximumLength ? new ConsistencyToken(null, all: true, heads) : token;
    }

    /// <summary>A token for what no node can tell whether it has seen it: a write that has no number yet. As text and merged it stays one.</summary>
    internal static ConsistencyToken NeverReached => EveryHead(heads: 0);

    /// <summary>A token for a write that reached every partition.</summary>
    internal static ConsistencyToken EveryHead(ulong heads) => new(null, all: true, heads);

    internal static ConsistencyToken Of(TokenPart[] parts, ulong heads) => new(parts, all: false, heads);

    /// <summary>The token as text: base64url, at most 512 characters; empty for the empty token.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => TokenText.Write(this);

    /// <summary>Reads a token from its text.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <returns>The token.</returns>
    /// <exception cref="FormatException">The text is no token.</exception>
    public static ConsistencyToken Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, provider, out var token) ? token : throw new FormatException($"The text of {s.Length} characters is not a consistency token: it is base64url of at most {MaximumLength} characters, as ToString writes it.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static ConsistencyToken Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <summary>Reads a token from its text.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <param name="result">The token.</param>
    /// <returns>Whether the text is a token.</returns>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ConsistencyToken result)
    {
        result = default;
        return s.Length <= MaximumLength && (s.IsEmpty || TokenText.TryRead(s, out result));
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out ConsistencyToken)"/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ConsistencyToken result)
    {
        result = default;
        return s is not null && TryParse(s.AsSpan(), provider, out result);
    }

    /// <inheritdoc/>
    public bool Equals(ConsistencyToken other) => IsEveryHead == other.IsEveryHead && Heads == other.Heads && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConsistencyToken other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsEveryHead, Heads, _parts?.Length ?? 0, _parts is [var first, ..] ? first.Sequence : 0);

    /// <summary>Whether two tokens stand for the same writes.</summary>
    public static bool operator ==(ConsistencyToken left, ConsistencyToken right) => left.Equals(right);

    /// <summary>Whether two tokens stand for different writes.</summary>
    public static bool operator !=(ConsistencyToken left, ConsistencyToken right) => !left.Equals(right);
}
