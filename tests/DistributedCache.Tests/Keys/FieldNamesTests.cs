using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class FieldNamesTests
{
    [Fact]
    public void Names_OfEachKind_HaveTheDocumentedForm()
    {
        Assert.Equal("t:4:acme:category:7", FieldNames.Tag("acme", "category:7"));
        Assert.Equal("p:0::user:42:", FieldNames.Prefix("", "user:42:"));
        Assert.Equal("*", FieldNames.Clear);
        Assert.Equal("*:5:acmé", FieldNames.TenantClear("acmé"));
        Assert.Equal("v:1.4.0", FieldNames.Version("1.4.0"));
    }

    [Fact]
    public void Names_OfEverythingShort_AreDistinct()
    {
        var seen = new HashSet<string> { FieldNames.Clear, "inc", "run", "seq", "eras", "floor", FieldNames.Version("_") };
        foreach (var tenant in PartitionNamesTests.Short())
        {
            Assert.True(seen.Add(FieldNames.TenantClear(tenant)));
            foreach (var name in PartitionNamesTests.Short())
            {
                Assert.True(seen.Add(FieldNames.Tag(tenant, name)));
                Assert.True(seen.Add(FieldNames.Prefix(tenant, name)));
            }
        }
    }

    [Property(MaxTest = 5000)]
    public FsCheck.Property Names_OfTwoThings_AreEqualOnlyIfTheThingsAre()
    {
        var thing =
            from kind in Gen.Elements("t", "p", "*")
            from tenant in Texts.Any(3)
            from name in Texts.Any(3)
            select (kind, tenant, name: kind == "*" ? "" : name);
        return Prop.ForAll(thing.ToArbitrary(), thing.ToArbitrary(), (a, b) => Assert.Equal(a == b, Name(a) == Name(b)));
    }

    private static string Name((string Kind, string Tenant, string Name) thing) => thing.Kind switch
    {
        "t" => FieldNames.Tag(thing.Tenant, thing.Name),
        "p" => FieldNames.Prefix(thing.Tenant, thing.Name),
        _ => FieldNames.TenantClear(thing.Tenant),
    };
}
