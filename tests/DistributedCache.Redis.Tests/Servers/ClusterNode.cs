using System.Globalization;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>One line of CLUSTER NODES: what a node says of itself or of another.</summary>
internal sealed record ClusterNode(string Id, int Port, string[] Flags, string Master, long Epoch, IReadOnlyList<(int First, int Last)> Slots)
{
    public bool IsMaster => Flags.Contains("master") && !Flags.Contains("fail");

    public bool Owns(int slot) => Slots.Any(range => range.First <= slot && slot <= range.Last);

    public static async Task<ClusterNode> OfAsync(RedisProcess server) => (await AllOfAsync(server)).Single(n => n.Flags.Contains("myself"));

    public static async Task<IReadOnlyList<ClusterNode>> AllOfAsync(RedisProcess server) =>
        [.. ((string)(await server.ExecuteAsync("CLUSTER", "NODES"))!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    // id ip:port@bus,host flags master ping pong epoch link slot... ; a slot on the move is in brackets.
    private static ClusterNode Parse(string line)
    {
        var parts = line.Split(' ');
        var address = parts[1].Split('@')[0];
        return new ClusterNode(
            parts[0], Number(address[(address.LastIndexOf(':') + 1)..]), parts[2].Split(','), parts[3], long.Parse(parts[6], CultureInfo.InvariantCulture),
            [.. parts.Skip(8).Where(p => !p.StartsWith('[')).Select(p => p.Split('-')).Select(p => (Number(p[0]), Number(p[^1])))]);
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
}
