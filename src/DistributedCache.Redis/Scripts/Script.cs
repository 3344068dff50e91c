using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace DistributedCache.Redis.Scripts;

/// <summary>The scripts, one embedded file each: every one is one atomic step of a partition.</summary>
internal sealed class Script
{
    private const string Shebang = "#!";

    private static readonly string Prelude = Read("prelude");

    private Script(string name)
    {
        Name = name;
        var text = Read(name);

        // The line that names the engine and its flags has to be the first.
        var first = text.StartsWith(Shebang, StringComparison.Ordinal) ? text.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        Text = text[..first] + Prelude + text[first..];
        Hash = HashOf(Text);
    }

    public static Script Touch { get; } = new("touch");

    public static Script Register { get; } = new("register");

    public static Script Invalidate { get; } = new("invalidate");

    public static Script Mark { get; } = new("mark");

    public static Script Set { get; } = new("set");

    public static Script Lease { get; } = new("lease");

    public static Script Extend { get; } = new("extend");

    public static Script Release { get; } = new("release");

    public static Script Fill { get; } = new("fill");

    public static Script SetPrimary { get; } = new("primary_set");

    public static Script Prune { get; } = new("prune");

    public string Name { get; }

    /// <summary>What the server is sent.</summary>
    public string Text { get; }

    /// <summary>The name the server gives the text.</summary>
    public byte[] Hash { get; }

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1; nothing is kept secret or genuine by it.")]
    private static byte[] HashOf(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));

    private static string Read(string name)
    {
        using var stream = typeof(Script).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script '{name}' is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
