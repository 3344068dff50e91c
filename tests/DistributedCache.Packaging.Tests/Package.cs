using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace DistributedCache.Packaging.Tests;

/// <summary>A .nupkg and the .snupkg beside it.</summary>
internal sealed class Package
{
    private Package(string id, string path)
    {
        Id = id;
        Path = path;
    }

    public string Id { get; }

    public string Path { get; }

    public string SymbolsPath => System.IO.Path.ChangeExtension(Path, ".snupkg");

    public static Package Open(string folder, string id, string version) =>
        new(id, System.IO.Path.Combine(folder, $"{id}.{version}.nupkg"));

    public IReadOnlyList<string> Files() => Files(Path);

    public IReadOnlyList<string> SymbolFiles() => Files(SymbolsPath);

    public byte[] Read(string file) => Read(Path, file);

    public byte[] ReadSymbols(string file) => Read(SymbolsPath, file);

    public string HashOf(string file) => Convert.ToHexString(SHA256.HashData(Read(file)));

    /// <summary>The nuspec's metadata element.</summary>
    public XElement Metadata()
    {
        var root = XElement.Load(new MemoryStream(Read($"{Id}.nuspec")));
        return root.Elements().Single(static e => e.Name.LocalName == "metadata");
    }

    private static IReadOnlyList<string> Files(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return [.. zip.Entries.Select(static e => e.FullName)];
    }

    private static byte[] Read(string path, string file)
    {
        using var zip = ZipFile.OpenRead(path);
        using var stream = (zip.GetEntry(file) ?? throw new FileNotFoundException($"{path} holds no {file}.")).Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
