using System.Text;
using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class Crc16Tests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("123456789", 0x31C3)]
    [InlineData("A", 0x58E5)]
    public void Append_KnownText_GivesThePublishedChecksum(string text, int checksum)
    {
        Assert.Equal(checksum, Crc16.Append(0, text));
        Assert.Equal(checksum, Crc16.Append(0, Encoding.UTF8.GetBytes(text)));
    }

    // As answered by CLUSTER KEYSLOT.
    [Theory]
    [InlineData("somekey", 11058)]
    [InlineData("foo{hash_tag}", 2515)]
    [InlineData("foo", 12182)]
    [InlineData("{foo}.bar", 12182)]
    [InlineData("x{foo}{bar}", 12182)]
    public void HashSlot_KnownKey_IsRedisClusters(string key, int slot)
    {
        Assert.Equal(slot, Crc16.HashSlot(key));
        Assert.Equal(slot, Crc16.HashSlot(Encoding.UTF8.GetBytes(key)));
    }

    [Theory]
    [InlineData("foo{}{bar}")]
    [InlineData("foo{bar")]
    [InlineData("foo}bar")]
    public void HashSlot_NoHashTag_IsOfTheWholeKey(string key) =>
        Assert.Equal(Crc16.Append(0, key) % Crc16.Slots, Crc16.HashSlot(key));

    [Property]
    public FsCheck.Property Append_Text_IsThatOfItsUtf8() =>
        Prop.ForAll(Texts.Raw.ToArbitrary(), text =>
            Assert.Equal(Crc16.Append(0, Encoding.UTF8.GetBytes(text)), Crc16.Append(0, text)));
}
