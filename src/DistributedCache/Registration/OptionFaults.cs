using System.Globalization;

namespace DistributedCache.Registration;

/// <summary>Collects what is wrong, a sentence each: the option's path, the value it got, the limit.</summary>
/// <param name="root">What stands before each path: empty, or <c>Caches:orders:</c>.</param>
internal sealed class OptionFaults(string root)
{
    private static readonly TimeSpan Longest = TieredCacheDefaults.MaximumLifetime;

    public List<string> All { get; } = [];

    public void Add(string path, object? value, string rule) =>
        All.Add(string.Create(CultureInfo.InvariantCulture, $"{root}{path} is {Shown(value)}; it must be {rule}."));

    public void Unless(bool valid, string path, object? value, string rule)
    {
        if (!valid) Add(path, value, rule);
    }

    public void Range(string path, long? value, long least, long most) =>
        Unless(value is null || (value >= least && value <= most), path, value, most == long.MaxValue ? Text($"{least:N0} or more") : Text($"from {least:N0} to {most:N0}"));

    /// <summary>A lifetime or wait that can't be none.</summary>
    public void Positive(string path, TimeSpan? value, TimeSpan? most = null) =>
        Unless(value is null || (value > TimeSpan.Zero && value <= (most ?? Longest)), path, value, Text($"more than zero and at most {most ?? Longest}"));

    /// <summary>A window that zero turns off.</summary>
    public void NotNegative(string path, TimeSpan? value) =>
        Unless(value is null || (value >= TimeSpan.Zero && value <= Longest), path, value, Text($"from zero to {Longest}"));

    /// <summary>A timeout that <see cref="Timeout.InfiniteTimeSpan"/> turns off.</summary>
    public void Timeout(string path, TimeSpan? value)
    {
        if (value != System.Threading.Timeout.InfiniteTimeSpan) Positive(path, value);
    }

    public void Defined<T>(string path, T? value) where T : struct, Enum =>
        Unless(value is null || Enum.IsDefined(value.Value), path, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    public void Name(string path, string? value) => Unless(NameText.IsValid(value), path, value, NameText.Rule);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static object Shown(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        _ => value,
    };
}
