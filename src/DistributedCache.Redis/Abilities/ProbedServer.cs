using System.Net;

namespace DistributedCache.Redis.Abilities;

/// <summary>What one master was found to be able to do.</summary>
/// <param name="Abilities">What it can do.</param>
/// <param name="EndPoint">Where it is; asked for only where something is missing.</param>
/// <param name="Version">What it says its version is; empty where it doesn't say.</param>
internal sealed record ProbedServer(ServerAbilities Abilities, EndPoint? EndPoint = null, string Version = "")
{
    public override string ToString() => $"{EndPoint?.ToString() ?? "unknown"} ({(Version.Length == 0 ? "version unknown" : Version)})";
}
