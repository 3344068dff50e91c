using System.ComponentModel;
using DistributedCache.Serialization;

namespace DistributedCache.Tests.Serialization;

public sealed class ImmutableTypesTests
{
    [Fact]
    public void IsImmutable_StringsAndStructsWithoutReferences_IsTrue()
    {
        Assert.True(ImmutableTypes.IsImmutable<string>());
        Assert.True(ImmutableTypes.IsImmutable<int>());
        Assert.True(ImmutableTypes.IsImmutable<int?>());
        Assert.True(ImmutableTypes.IsImmutable<Guid>());
        Assert.True(ImmutableTypes.IsImmutable<(int, DateTime)>());
    }

    [Fact]
    public void IsImmutable_DeclaredAndSealed_IsTrue()
    {
        Assert.True(ImmutableTypes.IsImmutable<Sealed>());
        Assert.True(ImmutableTypes.IsImmutable<Struct>());
        Assert.True(ImmutableTypes.IsImmutable<Struct?>());
    }

    [Fact]
    public void IsImmutable_AnythingElse_IsFalse()
    {
        Assert.False(ImmutableTypes.IsImmutable<Open>());
        Assert.False(ImmutableTypes.IsImmutable<Undeclared>());
        Assert.False(ImmutableTypes.IsImmutable<Denied>());
        Assert.False(ImmutableTypes.IsImmutable<byte[]>());
        Assert.False(ImmutableTypes.IsImmutable<(int, string)>());
        Assert.False(ImmutableTypes.IsImmutable<object>());
        Assert.False(ImmutableTypes.IsImmutable<IComparable>());
    }

    [ImmutableObject(true)]
    private sealed record Sealed(string Name);

    [ImmutableObject(true)]
    private readonly record struct Struct(string Name);

    [ImmutableObject(true)]
    private record Open(string Name);

    private sealed record Undeclared(string Name);

    [ImmutableObject(false)]
    private sealed record Denied(string Name);
}
