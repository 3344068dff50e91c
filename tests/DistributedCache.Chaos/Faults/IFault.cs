namespace DistributedCache.Chaos.Faults;

/// <summary>A kind of fault.</summary>
internal interface IFault
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>Does it, and ends when what the nodes are to recover from is over.</summary>
    /// <param name="scene">What it happens to.</param>
    /// <param name="turn">How often it was done before: a fault of several forms takes the next.</param>
    Task<Strike> StrikeAsync(FaultScene scene, int turn);

    /// <summary>Puts right what is still wrong.</summary>
    Task HealAsync(FaultScene scene);
}
