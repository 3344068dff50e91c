using FsCheck;
using FsCheck.Fluent;

namespace DistributedCache.Tests.Keys;

/// <summary>Strings that are likely to collide: short, of few characters, separators and digits among them.</summary>
public static class Texts
{
    private static readonly string[] Pieces = ["a", "b", "1", "2", "0", ":", "{", "}", "*", ".", "é", "𝒳"];

    public static Gen<string> Any(int max) =>
        Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p.Take(max)));

    public static Gen<string> Key => Any(12).Where(t => t.Length > 0);

    public static Gen<string> Tenant => Any(4);

    public static Gen<string> Version => Gen.Elements("_", "1", "1.0", "1.0.0-a", "e", "d");

    public static Gen<string> Application => Gen.Elements("shop", "a", "Shop.Api-2_x", "0");

    /// <summary>Any UTF-16 at all, control characters and lone surrogates too.</summary>
    public static Gen<string> Raw =>
        Gen.OneOf(
            Gen.Choose(0x20, 0x7E), Gen.Choose(0, 0x1F), Gen.Choose(0x7F, 0x9F), Gen.Choose(0xA0, 0x2FF),
            Gen.Choose(0xD7F0, 0xE010)).Select(c => (char)c).ListOf().Select(c => string.Concat(c));
}
