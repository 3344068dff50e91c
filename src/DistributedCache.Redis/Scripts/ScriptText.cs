using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.Redis.Scripts;

/// <summary>A script as one kind of server takes it.</summary>
internal sealed class ScriptText(string text)
{
    /// <summary>What the server is sent.</summary>
    public string Text { get; } = text;

    /// <summary>The name the server gives the text.</summary>
    public byte[] Hash { get; } = HashOf(text);

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1; nothing is kept secret or genuine by it.")]
    private static byte[] HashOf(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
}
