using System.Buffers;
using System.Buffers.Text;
using DistributedCache.Coherence;
using DistributedCache.Remote;

namespace DistributedCache.Redis.Partitions;

/// <summary>What the lease script says of one key: a letter, and what belongs to it.</summary>
internal static class LeaseReplies
{
    public static LeaseReply Read(byte[]? answer, Head head) => answer switch
    {
        [(byte)'G'] => new LeaseReply(head, IsGranted: true, null, default),
        [(byte)'E', ..] => new LeaseReply(head, false, new RemoteValue(new ReadOnlySequence<byte>(answer, 1, answer.Length - 1), null), default),
        [(byte)'H', .. var text] when Utf8Parser.TryParse(text, out long left, out _) => new LeaseReply(head, false, null, TimeSpan.FromMilliseconds(left)),
        _ => throw new FormatException("The lease script's answer is none of its own."),
    };
}
