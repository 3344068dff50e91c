using System.Buffers;

namespace DistributedCache.Registration;

/// <summary>The characters of applications, versions and names of caches, which stand unescaped in remote keys.</summary>
internal static class NameText
{
    public const string Rule = "of letters, digits, '.', '_' and '-', and not empty";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Makes a name of what nobody chose as one, such as an assembly's.</summary>
    public static string Clean(string text) =>
        IsValid(text) ? text : string.Create(text.Length, text, static (name, from) =>
        {
            for (var i = 0; i < from.Length; i++) name[i] = Allowed.Contains(from[i]) ? from[i] : '_';
        });
}
