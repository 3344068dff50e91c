using System.Collections.Concurrent;

namespace DistributedCache.Flights;

/// <summary>The flights under way: at most one that newcomers may join for each key.</summary>
internal sealed class FlightTable
{
    private readonly ConcurrentDictionary<FlightKey, object> _flights = new();

    public int Count => _flights.Count;

    public bool Contains(FlightKey key) => _flights.ContainsKey(key);

    /// <summary>Joins the key's flight if it admits newcomers, else puts a new one in its place, which the caller then starts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes a flight; called at most once.</param>
    /// <param name="isNew">Whether the caller starts it.</param>
    /// <param name="discard">Called with a flight that was made in vain, because another came first.</param>
    public TFlight Join<TFlight, T, TState>(FlightKey key, TState state, Func<TState, TFlight> make, Action<TFlight> discard, out bool isNew)
        where TFlight : Flight<T>
    {
        TFlight? made = null;
        while (true)
        {
            if (_flights.TryGetValue(key, out var present) && present is Flight<T> flight && flight.Admits() && flight.TryJoin())
            {
                if (made is not null) discard(made);
                isNew = false;
                return (TFlight)flight;
            }

            if (made is null)
            {
                made = make(state);
                made.TryJoin();
            }

            // An older flight goes on for those who wait for it; nobody new finds it.
            if (present is null ? _flights.TryAdd(key, made) : _flights.TryUpdate(key, made, present))
            {
                made.IsListed = true;
                isNew = true;
                return made;
            }
        }
    }

    /// <summary>Takes a flight out, if it is still the one newcomers find.</summary>
    public void Remove<T>(Flight<T> flight)
    {
        // Most are taken out twice: when they are answered, and to be sure when they end.
        if (!flight.IsListed) return;
        flight.IsListed = false;
        _flights.TryRemove(KeyValuePair.Create(flight.Key, (object)flight));
    }
}
