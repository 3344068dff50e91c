using System.Reflection;

namespace DistributedCache.Registration;

/// <summary>The default of <see cref="TieredCacheOptions.Version"/>.</summary>
internal static class ApplicationVersion
{
    /// <summary>What an SDK project has whose author never set a version.</summary>
    public const string Plain = "1.0.0";

    public static string From(Assembly? entry, bool byDeployment) =>
        From(entry?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion, byDeployment);

    /// <param name="informationalVersion">Such as <c>1.4.0-rc.1+8f3c2d1</c>; what follows the <c>+</c> is the commit.</param>
    /// <param name="byDeployment">Whether the commit counts. If it did by default, every build would start with an empty cache.</param>
    public static string From(string? informationalVersion, bool byDeployment)
    {
        if (string.IsNullOrEmpty(informationalVersion)) return Plain;
        var plus = byDeployment ? -1 : informationalVersion.IndexOf('+', StringComparison.Ordinal);
        return plus switch
        {
            0 => Plain,
            > 0 => NameText.Clean(informationalVersion[..plus]),
            _ => NameText.Clean(informationalVersion),
        };
    }

    /// <summary>Whether deployments can't be told apart: the version is <see cref="Plain"/>, and not because somebody said so.</summary>
    public static bool IsLeftPlain(string version, bool isDefault) => isDefault && version == Plain;
}
