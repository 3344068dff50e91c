namespace DistributedCache.Chaos.Faults;

/// <summary>A kind of fault.</summary>
internal interface IFault
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>The ways in which it can be done.</summary>
    IReadOnlyList<string> Forms { get; }

    /// <summary>Does it, and ends when what the nodes are to recover from is over.</summary>
    Task<Strike> StrikeAsync(FaultScene scene, string form);

    /// <summary>Puts right what is still wrong.</summary>
    Task HealAsync(FaultScene scene);
}
