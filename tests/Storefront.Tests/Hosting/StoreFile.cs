using Microsoft.Data.Sqlite;

namespace Storefront.Tests.Hosting;

/// <summary>A database's path in a folder of its own; the file is the store's to make.</summary>
public sealed class StoreFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storefront-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "store.db");

    private string ConnectionString => $"Data Source={Path}";

    /// <summary>A copy of what a store has made of no file.</summary>
    public StoreFile CopyFrom(StoreFile seeded)
    {
        using var source = new SqliteConnection(seeded.ConnectionString);
        using var target = new SqliteConnection(ConnectionString);
        source.Open();
        target.Open();
        source.BackupDatabase(target);
        return this;
    }

    public void Dispose()
    {
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        _folder.Delete(recursive: true);
    }
}
