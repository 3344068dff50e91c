namespace Aot;

/// <summary>Prints a line a step, and remembers whether one was wrong.</summary>
internal sealed class Steps
{
    private int _wrong;

    public int ExitCode => _wrong == 0 ? 0 : 1;

    public void Expect<T>(string step, T expected, T found)
    {
        var right = EqualityComparer<T>.Default.Equals(expected, found);
        if (!right) _wrong++;
        Console.WriteLine(right ? $"ok    {step}: {Show(found)}" : $"WRONG {step}: {Show(found)}, expected {Show(expected)}");
    }

    private static string Show<T>(T value) => value?.ToString() ?? "null";
}
