using System.Reflection;

namespace DistributedCache.Registration;

/// <summary>The default of <see cref="TieredCacheOptions.Application"/>.</summary>
internal static class ApplicationName
{
    public static string For(string? hostApplication, string cacheName)
    {
        var name = NameText.Clean(
            string.IsNullOrEmpty(hostApplication) ? Assembly.GetEntryAssembly()?.GetName().Name ?? "application" : hostApplication);
        return cacheName.Length == 0 ? name : $"{name}.{cacheName}";
    }
}
