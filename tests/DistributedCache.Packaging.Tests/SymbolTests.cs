using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace DistributedCache.Packaging.Tests;

/// <summary>A debugger finds the right symbols, and from them the source.</summary>
public class SymbolTests(PackedFeed feed)
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    public static TheoryData<string> Ids => [.. Repository.Packed];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Symbols_Packed_BelongToTheAssembly(string id)
    {
        var package = feed.Open(id);
        using var assembly = new PEReader(new MemoryStream(package.Read($"lib/net10.0/{package.Id}.dll")));
        var entry = assembly.ReadDebugDirectory().First(static e => e.Type == DebugDirectoryEntryType.CodeView);

        using var symbols = OpenSymbols(package);
        var own = new BlobContentId(symbols.GetMetadataReader().DebugMetadataHeader!.Id);

        Assert.Equal(assembly.ReadCodeViewDebugDirectoryData(entry).Guid, own.Guid);
        Assert.Equal(entry.Stamp, own.Stamp);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Symbols_Packed_NameNoFolderOfThisMachine(string id)
    {
        using var symbols = OpenSymbols(feed.Open(id));
        var reader = symbols.GetMetadataReader();

        Assert.All(
            reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)),
            static path => Assert.False(path.StartsWith(Repository.Root, StringComparison.Ordinal), path));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Symbols_PackedFromAClone_LinkToTheSource(string id)
    {
        Assert.SkipUnless(await Repository.IsLinkableAsync(), "The clone has no remote that SourceLink knows.");

        using var symbols = OpenSymbols(feed.Open(id));
        var reader = symbols.GetMetadataReader();
        var link = reader.GetCustomDebugInformation(EntityHandle.ModuleDefinition)
            .Select(reader.GetCustomDebugInformation)
            .SingleOrDefault(i => reader.GetGuid(i.Kind) == SourceLink);

        Assert.Contains("\"documents\"", Encoding.UTF8.GetString(reader.GetBlobBytes(link.Value)), StringComparison.Ordinal);
    }

    private static MetadataReaderProvider OpenSymbols(Package package) =>
        MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(package.ReadSymbols($"lib/net10.0/{package.Id}.pdb")));
}
