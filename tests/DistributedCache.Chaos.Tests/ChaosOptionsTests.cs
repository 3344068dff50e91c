namespace DistributedCache.Chaos.Tests;

/// <summary>The command line.</summary>
public sealed class ChaosOptionsTests
{
    [Fact]
    public void Parse_AllOptions_AreTaken()
    {
        var options = ChaosOptions.Parse(["--nodes", "3", "--seconds", "10", "--faults", "cut,drop", "--seed", "7", "--node-timeout", "2000", "--history", "h.jsonl"]);
        Assert.Equal((3, 10, 7, 2_000, "h.jsonl"), (options.Nodes, options.Seconds, options.Seed, options.NodeTimeout, options.History));
        Assert.Equal(["cut", "drop"], options.Faults);
    }

    [Theory]
    [InlineData("--nodes", "1", "from 2 to 16")]
    [InlineData("--nodes", "many", "from 2 to 16")]
    [InlineData("--seconds", "4", "from 5 to 3600")]
    [InlineData("--node-timeout", "100", "from 500 to 60000")]
    [InlineData("--seed", "", "a whole number")]
    [InlineData("--faults", "quake", "kill, hang")]
    public void Parse_ValueBeyondItsLimits_NamesOptionValueAndLimit(string name, string value, string limit)
    {
        var message = Assert.Throws<ArgumentException>(() => ChaosOptions.Parse([name, value])).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", message, StringComparison.Ordinal);
        Assert.Contains(limit, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nodes")]
    [InlineData("--what", "3")]
    public void Parse_NoOption_SaysWhichThereAre(params string[] arguments) =>
        Assert.Contains("--node-timeout", Assert.Throws<ArgumentException>(() => ChaosOptions.Parse(arguments)).Message, StringComparison.Ordinal);
}
