using DistributedCache.Coherence;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>Shows what a rule is for: a history after which a promise holds, and would not without the rule.</summary>
internal static class Rule
{
    /// <summary>Lets a history happen twice: to nodes that keep to every rule, and to nodes that leave one out.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="history">What happens; answers whether the promise was kept.</param>
    /// <param name="remote">What the nodes share; null: one partition that loses nothing.</param>
    /// <param name="configure">Their options.</param>
    public static async Task IsNeededAsync(
        ProtocolRules rule, Func<LossyNodes, Task<bool>> history, Func<LossyRemote>? remote = null, Action<TieredCacheOptions>? configure = null)
    {
        Assert.True(await RunAsync(ProtocolRules.All, TierRules.All), "The promise is broken though every rule is kept.");
        Assert.False(await RunAsync(ProtocolRules.All & ~rule, TierRules.All), $"The promise holds without the rule {rule}.");

        Task<bool> RunAsync(ProtocolRules rules, TierRules tierRules) => Rule.RunAsync(history, remote, configure, rules, tierRules);
    }

    /// <inheritdoc cref="IsNeededAsync(ProtocolRules, Func{LossyNodes, Task{bool}}, Func{LossyRemote}?, Action{TieredCacheOptions}?)"/>
    public static async Task IsNeededAsync(
        TierRules rule, Func<LossyNodes, Task<bool>> history, Func<LossyRemote>? remote = null, Action<TieredCacheOptions>? configure = null)
    {
        Assert.True(await RunAsync(history, remote, configure, ProtocolRules.All, TierRules.All), "The promise is broken though every rule is kept.");
        Assert.False(await RunAsync(history, remote, configure, ProtocolRules.All, TierRules.All & ~rule), $"The promise holds without the rule {rule}.");
    }

    /// <summary>Loses every message to one of the nodes from now on.</summary>
    public static void Deafen(this LossyNodes nodes, int deaf) => nodes.Remote.Fates = (node, _) => node == deaf ? Fate.Lost : Fate.Delivered;

    /// <summary>Lets a step's answers wait from now on, until the result is called.</summary>
    public static Action Hold(this LossyRemote remote, string step)
    {
        var gate = new TaskCompletionSource();
        remote.Holds = name => name == step ? gate.Task : null;
        return () =>
        {
            remote.Holds = static _ => null;
            gate.SetResult();
        };
    }

    /// <summary>Lets a step's requests wait on their way from now on, until the result is called.</summary>
    public static Action Delay(this LossyRemote remote, string step)
    {
        var gate = new TaskCompletionSource();
        remote.Delays = name => name == step ? gate.Task : null;
        return () =>
        {
            remote.Delays = static _ => null;
            gate.SetResult();
        };
    }

    private static async Task<bool> RunAsync(
        Func<LossyNodes, Task<bool>> history, Func<LossyRemote>? remote, Action<TieredCacheOptions>? configure, ProtocolRules rules, TierRules tierRules)
    {
        var tier = remote?.Invoke() ?? new LossyRemote(partitions: 1);
        tier.Rules = tierRules;
        await using var nodes = new LossyNodes(2, options =>
        {
            options.Profiles["Default"].Duration = TimeSpan.FromHours(1);

            // Time goes on while something is awaited: what is held meanwhile is not to be given up.
            options.RemoteTimeout = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        }, tier, rules);
        for (var i = 0; i < 2; i++) await nodes.Engine(i).Started;
        return await history(nodes);
    }
}
