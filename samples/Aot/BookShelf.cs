namespace Aot;

/// <summary>Where the books come from; it counts how often it is asked.</summary>
internal sealed class BookShelf
{
    private int _loads;

    public int Loads => _loads;

    public ValueTask<Book?> FindAsync(int id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _loads);
        return new(id > 0 ? new Book(id, $"Volume {id}", 10 + id) : null);
    }
}
