namespace DistributedCache.Flights;

/// <summary>The flights under way: at most one that newcomers may join for each key.</summary>
/// <remarks>Dictionaries under locks, one for each few partitions: unlike a concurrent dictionary they make no node for each flight,
/// of which there is one for every read past L1.</remarks>
internal sealed class FlightTable
{
    private const int Stripes = 32;

    private readonly Dictionary<FlightKey, Flight>[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new Dictionary<FlightKey, Flight>())];

    public int Count => _stripes.Sum(static stripe =>
    {
        lock (stripe) return stripe.Count;
    });

    public bool Contains(FlightKey key)
    {
        var stripe = StripeOf(key);
        lock (stripe) return stripe.ContainsKey(key);
    }

    /// <summary>Joins the key's flight if it admits newcomers, else puts a new one in its place, which the caller then starts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes a flight; called at most once, under the table's lock.</param>
    /// <param name="isNew">Whether the caller starts it.</param>
    public TFlight Join<TFlight, T, TState>(FlightKey key, TState state, Func<TState, TFlight> make, out bool isNew)
        where TFlight : Flight<T>
    {
        var stripe = StripeOf(key);
        lock (stripe)
        {
            isNew = false;
            if (stripe.TryGetValue(key, out var present) && present is TFlight flight && flight.Admits() && flight.TryJoin()) return flight;
            var made = make(state);
            made.TryJoin();
            made.IsListed = true;

            // An older flight goes on for those who wait for it; nobody new finds it.
            stripe[key] = made;
            isNew = true;
            return made;
        }
    }

    /// <summary>Takes a flight out, if it is still the one newcomers find.</summary>
    public void Remove(Flight flight)
    {
        // Most are taken out twice: when they are answered, and to be sure when they end.
        if (!flight.IsListed) return;
        var key = flight.Key;
        var stripe = StripeOf(key);
        lock (stripe)
        {
            flight.IsListed = false;
            if (stripe.TryGetValue(key, out var present) && present == flight) stripe.Remove(key);
        }
    }

    private Dictionary<FlightKey, Flight> StripeOf(in FlightKey key) => _stripes[key.Partition % Stripes];
}
