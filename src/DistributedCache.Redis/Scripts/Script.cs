using System.Text;
using DistributedCache.Redis.Abilities;

namespace DistributedCache.Redis.Scripts;

/// <summary>The scripts, one embedded file each: every one is one atomic step of a partition.</summary>
internal sealed class Script
{
    private const string Shebang = "#!";

    private static readonly string Prelude = Read("prelude");

    private readonly string _first;
    private readonly string _body;
    private readonly ScriptText?[] _lesser = new ScriptText?[(int)ServerAbilities.All];

    /// <param name="name">Its file.</param>
    /// <param name="wants">Files with functions it calls, which stand before it.</param>
    /// <param name="numbers">Whether it ends with giving out the next number.</param>
    private Script(string name, string[]? wants = null, bool numbers = false)
    {
        Name = name;
        (_first, var own) = Parts(name);
        _body = string.Concat([Prelude, .. (wants ?? []).Select(Read), own, numbers ? Read("number") : ""]);
        Full = new ScriptText(_first + _body);
    }

    /// <summary>Finds out a server's abilities; alone it has no prelude, and the text without flags is the other's rest.</summary>
    public static (ScriptText WithFlags, ScriptText WithoutFlags) Probe { get; } = (new(Read("probe")), new(Parts("probe").Body));

    public static Script Touch { get; } = new("touch", ["head"]);

    public static Script Renew { get; } = new("renew");

    public static Script Register { get; } = new("register", ["head", "enter"]);

    public static Script Invalidate { get; } = new("invalidate", numbers: true);

    public static Script Mark { get; } = new("mark", numbers: true);

    public static Script Set { get; } = new("set", ["head", "enter"], numbers: true);

    public static Script Lease { get; } = new("lease", ["head", "enter"]);

    public static Script Extend { get; } = new("extend");

    public static Script Release { get; } = new("release");

    public static Script Fill { get; } = new("fill");

    public static Script SetPrimary { get; } = new("primary_set", numbers: true);

    public static Script Prune { get; } = new("prune");

    public string Name { get; }

    /// <summary>For servers that lack nothing.</summary>
    public ScriptText Full { get; }

    /// <summary>For servers that can do that much: what they lack is put before the prelude in another's words.</summary>
    public ScriptText For(ServerAbilities abilities) =>
        abilities == ServerAbilities.All ? Full : _lesser[(int)abilities] ??= new ScriptText(Compose(abilities));

    private string Compose(ServerAbilities abilities)
    {
        var text = new StringBuilder();

        // The line that names the engine and its flags has to be the first.
        if (Has(ServerAbilities.ScriptFlags)) text.Append(_first);
        else if (_first.Contains("allow-oom", StringComparison.Ordinal)) text.Append(Read("without_flags"));
        if (!Has(ServerAbilities.Streams)) text.Append(Read("without_streams"));
        if (!Has(ServerAbilities.ShardedChannels)) text.Append(Read("without_sharded_channels"));
        if (!Has(ServerAbilities.RunId)) text.Append(Read("without_run_id"));
        if (!Has(ServerAbilities.LongNumbers)) text.Append(Read("without_long_numbers"));
        return text.Append(_body).ToString();

        bool Has(ServerAbilities ability) => (abilities & ability) != 0;
    }

    private static (string First, string Body) Parts(string name)
    {
        var text = Read(name);
        var first = text.StartsWith(Shebang, StringComparison.Ordinal) ? text.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        return (text[..first], text[first..]);
    }

    private static string Read(string name)
    {
        using var stream = typeof(Script).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script '{name}' is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
